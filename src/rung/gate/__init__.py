"""The gate: targets, floors, waivers, attested answers, and what a change did. Knows no format of a report."""
