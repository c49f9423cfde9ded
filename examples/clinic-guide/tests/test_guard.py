import pytest

from clinic_guide.guard import Refused, redact_personal_data, refuse_emergency


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to a.b@example.org please", "Write to [e-mail] please"),
        ("My number is A123456789", "My number is [insurance number]"),
        ("born on 3.4.1961, when is my MRI?", "[date of birth], when is my MRI?"),
        ("Call me at 0151 234 567 89", "Call me at [telephone]"),
    ],
)
def test_personal_data_is_taken_out(text, redacted):
    assert redact_personal_data(text) == redacted


def test_prices_and_extensions_are_left_alone():
    question = "Is it 1.50 an hour, and is the unit at extension 214 or 330?"
    assert redact_personal_data(question) == question


def test_emergencies_are_sent_to_people():
    with pytest.raises(Refused, match="112"):
        refuse_emergency("My husband has chest pain since an hour, may I give him tea before the MRI?")
    refuse_emergency("How long does the chest MRI take?")
