"""The API's schema, and a page to read and try it: the same for everybody, so without a key and without a limit."""

from collections.abc import Sequence
from functools import cache

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.resource import Resource
from careercoach.api import AlwaysJson


class YamlUnlessJson(AlwaysJson):
    """YAML, and JSON for whoever names it. Nothing is refused over a header."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        as_yaml, as_json = renderers
        chosen = as_json if "json" in request.headers.get("Accept", "") else as_yaml
        return chosen, chosen.media_type


@cache
def written(renderer: type[BaseRenderer]) -> bytes:
    """The schema. It takes a third of a second to make, and without a limit that would be too much for each caller."""
    made: bytes = renderer().render(SchemaGenerator().get_schema(public=True), renderer_context={})
    return made


@extend_schema(exclude=True)
class Schema(Resource):
    permission_classes = (AllowAny,)
    throttle_classes = ()
    content_negotiation_class = YamlUnlessJson
    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer)

    def get(self, request: Request) -> HttpResponse:
        renderer = type(request.accepted_renderer)
        return HttpResponse(written(renderer), content_type=renderer.media_type)

    def handle_exception(self, exc: Exception) -> Response:
        """An error is in the one shape, and that is JSON."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class Docs(Resource, SpectacularSwaggerView):
    throttle_classes = ()
