from django.urls import URLPattern, path, re_path

from caunoi.desk.views import attend, meeting_matters, meeting_running, meetings, public_answers

ONE = "meetings/<int:meeting_id>/"
MATTERS = "meetings/matters/"

urlpatterns: list[URLPattern] = [
    path("meetings/", meetings.meetings, name="meetings"),
    re_path(r"^meetings/export\.(?P<kind>csv|xlsx)$", meetings.meetings_export, name="meetings-export"),
    path("meetings/new/", meetings.meeting_new, name="meeting-new"),
    path(MATTERS, meeting_matters.matters, name="meeting-matters"),
    re_path(r"^meetings/matters/export\.(?P<kind>csv|xlsx)$", meeting_matters.matters_export, name="matters-export"),
    path(f"{MATTERS}<int:matter_id>/<str:step>/", meeting_matters.matter_step, name="matter-step"),
    path(ONE, meetings.meeting, name="meeting"),
    path(f"{ONE}edit/", meetings.meeting_edit, name="meeting-edit"),
    path(f"{ONE}invitation.ics", meetings.meeting_calendar, name="meeting-calendar"),
    path(f"{ONE}minutes.docx", meeting_running.meeting_minutes, name="meeting-minutes"),
    path(f"{ONE}attendance/", meeting_running.meeting_attendance, name="meeting-attendance"),
    path(f"{ONE}topics/", meeting_running.meeting_topic, name="meeting-topic"),
    path(f"{ONE}topics/<int:topic_id>/remove/", meeting_running.meeting_topic_remove, name="meeting-topic-remove"),
    path(f"{ONE}matters/", meeting_matters.matter_new, name="matter-new"),
    path(f"{ONE}record/", meeting_running.meeting_record, name="meeting-record"),
    path(f"{ONE}steps/<str:step>/", meeting_running.meeting_step, name="meeting-step"),
    path(f"{ONE}doors/<int:site_id>/", attend.door, name="meeting-door"),
    path("answers/", public_answers.public_answers, name="public-answers"),
    # Without an account: whoever comes in counts themselves, and is not known.
    path("attend/service-worker.js", attend.service_worker, name="attend-worker"),
    path("attend/<str:key>/", attend.attend, name="attend"),
    path("attend/<str:key>/turns/", attend.turns, name="attend-turns"),
]
