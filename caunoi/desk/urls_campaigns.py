from django.urls import URLPattern, path, re_path

from caunoi.desk.views import campaigns

urlpatterns: list[URLPattern] = [
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/now/", campaigns.campaign_now, name="campaign-now"),
    re_path(
        r"^campaigns/(?P<pk>[0-9]+)/export\.(?P<kind>csv|xlsx)$", campaigns.campaign_export, name="campaign-export"
    ),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("campaigns/<int:pk>/take-back/", campaigns.campaign_take_back, name="campaign-take-back"),
]
