"""The reference of events is the one that the contracts give."""

from __future__ import annotations

from schemas.catalogue import event_catalogue
from schemas.registry import known_types


def test_every_event_type_has_a_section_and_an_example():
    catalogue = event_catalogue()
    for event_type in known_types():
        assert f"### {event_type} 1.0\n" in catalogue
        assert f'"type": "{event_type}"' in catalogue


def test_a_field_shows_its_type_whether_it_is_required_and_its_meaning():
    catalogue = event_catalogue()
    assert "| `properties.bounce_type` | `hard` or `soft` or null | no | hard: the address does not exist;" in catalogue
    assert "| `properties.lines[].sku` | string (at most 256) or integer | yes | Article number. |" in catalogue
    assert "| `external_ids.crm_id` | string | yes | Id of the contact in the CRM. |" in catalogue
