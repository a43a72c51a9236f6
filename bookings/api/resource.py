"""What each address of the API is."""

from rest_framework.views import APIView


class Resource(APIView):
    """OPTIONS is for browsers on pages of other sites, and corsheaders answers those before."""

    http_method_names = ("get", "head", "post")
