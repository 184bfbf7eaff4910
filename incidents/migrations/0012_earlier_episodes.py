"""Episodes of the incidents that there were before, from what they are and what their events tell."""

from django.db import migrations

COLUMNS = """incident_id, number, began_at, resolved_at, ended_at, reopened_at, workgroup_id, category_id, resolution_code_id,
    assignee_id, rating, comment, comment_event, hidden_why, answer"""

# The one that an incident is in, or ended with. The first is written when it ends.
LAST = f"""
INSERT INTO incidents_episode ({COLUMNS})
SELECT ticket.id, incident.reopen_count + 1,
    coalesce((SELECT max(at) FROM tickets_event WHERE ticket_id = ticket.id AND kind = 'incident.reopened'), ticket.created_at),
    incident.resolved_at, incident.closed_at, NULL,
    CASE WHEN incident.resolved_at IS NOT NULL THEN ticket.workgroup_id END,
    CASE WHEN incident.resolved_at IS NOT NULL THEN ticket.category_id END,
    incident.resolution_code_id,
    CASE WHEN incident.resolved_at IS NOT NULL THEN ticket.assignee_id END,
    incident.rating, incident.rating_comment,
    CASE WHEN incident.rating IS NOT NULL OR incident.rating_comment <> '' THEN
        (SELECT max(id) FROM tickets_event WHERE ticket_id = ticket.id AND kind = 'incident.closed') END,
    '', ''
FROM incidents_incident AS incident JOIN tickets_ticket AS ticket ON ticket.id = incident.ticket_ptr_id
WHERE incident.resolved_at IS NOT NULL OR incident.closed_at IS NOT NULL OR incident.reopen_count > 0
ON CONFLICT DO NOTHING
"""


def _before(field: str) -> str:
    """What a field was when the episode was solved: before its first change since, or as it is today."""
    return f"""coalesce((
        SELECT coalesce(jsonb_path_query_first(event.inside, '$.changes[*] ? (@.field == "{field}").old_id') #>> '{{}}', '')
        FROM tickets_event AS event
        WHERE event.ticket_id = ticket.id AND event.id > solved.id
            AND event.inside @> '{{"changes": [{{"field": "{field}"}}]}}'
        ORDER BY event.id LIMIT 1), ticket.{field}_id::text, '')"""


# Those that ended when it was reopened. What is gone from the tables of workgroups, categories and codes is left out.
EARLIER = f"""
INSERT INTO incidents_episode ({COLUMNS})
SELECT ticket.id, (again.data ->> 'episode')::int - 1, coalesce(before.at, ticket.created_at), solved.at, closed.at, again.at,
    workgroup.id, category.id, code.id, person.id, (closed.data ->> 'rating')::smallint, coalesce(closed.data ->> 'text', ''),
    CASE WHEN closed.data ->> 'rating' IS NOT NULL OR closed.data ->> 'text' <> '' THEN closed.id END, '', ''
FROM tickets_event AS again
JOIN tickets_ticket AS ticket ON ticket.id = again.ticket_id
LEFT JOIN LATERAL (SELECT at FROM tickets_event WHERE ticket_id = ticket.id AND kind = 'incident.reopened' AND id < again.id
    ORDER BY id DESC LIMIT 1) AS before ON true
LEFT JOIN LATERAL (SELECT id, at, inside FROM tickets_event WHERE ticket_id = ticket.id AND kind = 'incident.resolved'
    AND id < again.id ORDER BY id DESC LIMIT 1) AS solved ON true
LEFT JOIN LATERAL (SELECT id, at, data FROM tickets_event WHERE ticket_id = ticket.id AND kind = 'incident.closed'
    AND id < again.id AND id > solved.id ORDER BY id DESC LIMIT 1) AS closed ON true
LEFT JOIN people_workgroup AS workgroup ON solved.id IS NOT NULL AND workgroup.id::text = {_before("workgroup")}
LEFT JOIN services_category AS category ON solved.id IS NOT NULL AND category.id::text = {_before("category")}
LEFT JOIN people_user AS person ON solved.id IS NOT NULL AND person.id::text = {_before("assignee")}
LEFT JOIN incidents_resolutioncode AS code ON code.name = solved.inside ->> 'code'
WHERE again.kind = 'incident.reopened' AND again.data ? 'episode'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0011_episodes"), ("tickets", "0009_child_of")]

    operations = [migrations.RunSQL([LAST, EARLIER], migrations.RunSQL.noop)]
