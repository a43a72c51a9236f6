"""Cal.com's own paths, without a slash at the end as there; and /demo/, which Cal.com has not."""

from django.urls import path

from careercoach.demo.pages import bookings, control, event, payment

urlpatterns = [
    path("team/<str:team>/<str:slug>", event.event, name="cal-event"),
    path("payment/<str:payment_uid>", payment.payment, name="cal-payment"),
    path("booking/<str:uid>", bookings.booking, name="cal-booking"),
    path("reschedule/<str:uid>", bookings.reschedule, name="cal-reschedule"),
    path("video/<str:uid>", bookings.video, name="cal-video"),
    path("demo/", control.control, name="demo-control"),
    path("demo/bookings/<str:uid>/<str:action>", control.play, name="demo-play"),
    path("demo/coaches/<int:pk>", control.away, name="demo-away"),
    path("demo/wire", control.wire, name="demo-wire"),
    path("demo/deliveries/<int:pk>", control.delivery, name="demo-delivery"),
]
