"""The API's schema, and a page to read and try it: the same for everybody, so without a key and without a limit."""

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.negotiation import DefaultContentNegotiation


class Schema(SpectacularAPIView):
    throttle_classes = ()
    content_negotiation_class = DefaultContentNegotiation
    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer)


class Docs(SpectacularSwaggerView):
    throttle_classes = ()
