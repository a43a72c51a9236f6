"""What makes two e-mail addresses the same, and what makes one acceptable."""

import re
import unicodedata

from django.core.validators import EmailValidator
from django.utils.deconstruct import deconstructible

MAX_LENGTH = 254  # RFC 5321, and the width of every e-mail column.


def normalised(address: str) -> str:
    """The form in which addresses are stored and compared: trimmed, composed (NFC), lower-case.

    Accents are kept: `jose@` and `josé@` are two mailboxes.
    """
    return unicodedata.normalize("NFC", address.strip()).lower()


@deconstructible
class AddressValidator(EmailValidator):
    """Django's rules, and letters of any script before the @ (RFC 6531), as Cal.com takes them too."""

    user_regex = re.compile(
        r"(^(?!.*\s)[-!#$%&'*+/=?^_`{}|~0-9A-Z\u0080-\U0010FFFF]+(\.[-!#$%&'*+/=?^_`{}|~0-9A-Z\u0080-\U0010FFFF]+)*\Z"
        r'|^"([\001-\010\013\014\016-\037!#-\[\]-\177]|\\[\001-\011\013\014\016-\177])*"\Z)',
        re.IGNORECASE,
    )
