from django.urls import URLPattern, path

from caunoi.desk.views import dashboards, saved_views

urlpatterns: list[URLPattern] = [
    path("views/", saved_views.views, name="saved-views"),
    path("views/save/", saved_views.view_save, name="view-save"),
    path("views/<int:pk>/", saved_views.view_open, name="view-open"),
    path("views/<int:pk>/change/", saved_views.view_change, name="view-change"),
    path("views/<int:pk>/delete/", saved_views.view_delete, name="view-delete"),
    path("views/<int:pk>/restore/", saved_views.view_restore, name="view-restore"),
    path("dashboards/", dashboards.dashboards, name="dashboards"),
    path("dashboards/<int:pk>/", dashboards.dashboard, name="dashboard"),
    path("dashboards/<int:pk>/first-page/", dashboards.dashboard_first_page, name="dashboard-first-page"),
    path("dashboards/<int:pk>/change/", dashboards.dashboard_change, name="dashboard-change"),
    path("dashboards/<int:pk>/delete/", dashboards.dashboard_delete, name="dashboard-delete"),
    path("dashboards/<int:pk>/restore/", dashboards.dashboard_restore, name="dashboard-restore"),
    path("dashboards/<int:pk>/tiles/", dashboards.tile_add, name="tile-add"),
    path("dashboards/<int:pk>/tiles/<int:tile>/", dashboards.tile_show, name="tile-show"),
    path("dashboards/<int:pk>/tiles/<int:tile>/change/", dashboards.tile_change, name="tile-change"),
]
