"""What the database itself refuses: a state changed past the one door, and any change of an event."""

import pgtrigger

# `flow` alone sets this, for one transaction and one ticket, before it writes a state.
DOOR = "desk.door"

TICKET = [
    pgtrigger.Trigger(
        name="state_by_the_door",
        operation=pgtrigger.UpdateOf("state"),
        when=pgtrigger.Before,
        condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=f"""
            IF coalesce(current_setting('{DOOR}', true), '') <> NEW.id::text THEN
                RAISE EXCEPTION 'The state of % changes through perform() only.', OLD.number
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="born_by_the_door",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
            IF coalesce(current_setting('{DOOR}', true), '') <> 'new' THEN
                RAISE EXCEPTION 'A ticket is made through open_ticket() only.'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
]

EVENT = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
