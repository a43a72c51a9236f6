"""The API's schema, and a page to read and try it: the same for everybody, so without a key and without a limit."""

from collections.abc import Sequence

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from careercoach.api import AlwaysJson


class YamlUnlessJson(AlwaysJson):
    """YAML, and JSON for whoever names it. Nothing is refused over a header."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        as_yaml, as_json = renderers
        chosen = as_json if "json" in request.headers.get("Accept", "") else as_yaml
        return chosen, chosen.media_type


class Schema(SpectacularAPIView):
    throttle_classes = ()
    content_negotiation_class = YamlUnlessJson
    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer)

    def handle_exception(self, exc: Exception) -> Response:
        """An error is in the one shape, and that is JSON."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class Docs(SpectacularSwaggerView):
    throttle_classes = ()
