"""What a staff role lets somebody do, in Django's own words: `user.has_perm` says whether they may anywhere."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from eventsync.access.rights import granted
from eventsync.access.scope import postings_of


class RoleBackend(BaseBackend):
    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """`obj`: Django asks with one for rights at single rows; those are `scope.may`'s."""
        if obj is not None or not user_obj.is_active or user_obj.is_anonymous:
            return set()
        highest = max((posting.rank for posting in postings_of(user_obj)), default=0)
        return {permission for permission, least in granted().items() if least <= highest}

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(name.startswith(f"{app_label}.") for name in self.get_all_permissions(user_obj))
