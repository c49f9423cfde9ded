"""The queues of the support team, and what it tells the customers of each."""

QUEUES = {
    "safety": "something broke or may break while riding",
    "billing": "charges, refunds, invoices",
    "delivery": "orders that are late, lost, damaged or incomplete",
    "question": "everything else",
}

NOTES = {
    "safety": "The workshop checks the bicycle within two working days, free of charge. We arrange the pick-up.",
    "billing": "Double charges are paid back within five working days after we find them in the ledger.",
    "delivery": "We can trace a parcel with the order number. Damage must be reported with a photo within 14 days.",
    "question": "Opening hours: Tuesday to Saturday, 10 to 18. Parts can be reserved for three days.",
}
