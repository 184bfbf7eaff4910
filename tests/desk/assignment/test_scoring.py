"""Laws of the ranking: same facts, same order; who is away comes last; more work never helps, more skill never hurts."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.assignment.scoring import (
    LONG,
    MANY,
    Analyst,
    Ended,
    Group,
    Skilled,
    available,
    fit,
    in_turn,
    least_loaded,
    points,
    proposed,
    rank,
    rank_groups,
)
from desk.tickets.queries import COUNT_CAP

SKILLS = ("VPN", "Wi-Fi")
loads = st.tuples(*[st.integers(0, 40)] * 5)
levels = st.tuples(*[st.integers(0, 3)] * len(SKILLS))
priorities = st.integers(1, 5)


@st.composite
def crews(draw, smallest=1):
    """Analysts who differ by id, some by nothing else."""
    size = draw(st.integers(smallest, 6))
    return [
        Analyst(
            pk=pk,
            name=draw(st.sampled_from(["Ann", "Ben", "Cleo"])),
            skills=tuple(Skilled(name, level) for name, level in zip(SKILLS, draw(levels), strict=True)),
            load=draw(loads),
            on_shift=draw(st.booleans()),
            away=draw(st.booleans()),
        )
        for pk in range(size)
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crews(), priorities, st.randoms())
def test_the_same_people_come_in_the_same_order_however_they_are_handed_in(crew, priority, chance):
    shuffled = list(crew)
    chance.shuffle(shuffled)
    assert rank(crew, priority) == rank(shuffled, priority)
    assert least_loaded(crew) == least_loaded(shuffled)
    assert in_turn(crew, ("Ben", 2)) == in_turn(shuffled, ("Ben", 2))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crews(), priorities)
def test_nobody_away_is_proposed_or_stands_before_somebody_who_is_here(crew, priority):
    order = rank(crew, priority)
    here = [not (one.away or not one.on_shift) for one in order]
    assert here == sorted(here, reverse=True)
    assert all(not one.away and one.on_shift for one in available(order))
    assert [one.away for one in order] == sorted(one.away for one in order)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crews(2), priorities, st.integers(0, 4), st.integers(1, 20))
def test_more_work_never_ranks_anybody_higher(crew, priority, which, more):
    busier = crew[0].load[:which] + (crew[0].load[which] + more,) + crew[0].load[which + 1 :]
    after = [replace(crew[0], load=busier), *crew[1:]]
    for order in (lambda people: rank(people, priority), least_loaded):
        assert place(order(after)) >= place(order(crew))
    assert points(after[0], priority) < points(crew[0], priority)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crews(2), priorities)
def test_more_skill_never_ranks_anybody_lower(crew, priority):
    better = tuple(Skilled(skill.name, min(3, skill.level + 1)) for skill in crew[0].skills)
    assert place(rank([replace(crew[0], skills=better), *crew[1:]], priority)) <= place(rank(crew, priority))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crews(2))
def test_in_turn_everybody_has_one_before_anybody_has_two(crew):
    """Whoever is here gets one in each round, whatever they have open."""
    crew = available(crew)
    last, had = None, []
    for _ in crew:
        first = in_turn(crew, last)[0]
        last = (first.name, first.pk)
        had.append(first.pk)
    assert sorted(had) == sorted(one.pk for one in crew)


def place(order):
    return next(n for n, one in enumerate(order) if one.pk == 0)


def group(pk=1, **fields):
    return Group(pk=pk, name=f"Group {pk}", people=fields.pop("people", (Analyst(1, "Ann"),)), **fields)


def test_skill_outweighs_a_few_tickets_and_not_many():
    expert = Analyst(1, "Ann", (Skilled("VPN", 3),), load=(0, 0, 4, 0, 0))
    novice = Analyst(2, "Ben", (Skilled("VPN", 0),))
    assert rank([novice, expert], 3)[0] == expert
    assert rank([novice, replace(expert, load=(2, 4, 20, 0, 0))], 3)[0] == novice


def test_when_it_is_urgent_skill_counts_for_more():
    expert = Analyst(1, "Ann", (Skilled("VPN", 3),), load=(0, 0, 40, 0, 0))
    novice = Analyst(2, "Ben", (Skilled("VPN", 0),))
    assert rank([expert, novice], 1)[0] == expert
    assert rank([expert, novice], 4)[0] == novice


def test_a_line_says_why():
    nadia = Analyst(1, "Nadia", (Skilled("VPN", 3),), (1, 0, 3, 0, 0), presence="on shift until 17:00")
    assert nadia.because == "skill VPN 3/3, 4 open (1 P1), on shift until 17:00"
    network = group(people=(nadia,), waiting=9, ended=Ended(46, 50, "category VPN"))
    assert network.because == "category VPN · 92% of such tickets ended here · skill VPN 3/3 · 1 of 1 here · 9 open"


def test_what_is_counted_no_further_says_so():
    assert LONG == COUNT_CAP
    crowd = group(people=(Analyst(1, "Ann", load=(0, 0, 0, MANY, 0), away=True),), waiting=LONG)
    assert crowd.because == "none of 1 here · 1,000+ open"
    assert crowd.people[0].because == "200+ open"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(0, 100))
def test_a_longer_queue_never_makes_a_workgroup_fit_better(waiting, more, chance):
    assert fit(group(waiting=waiting + more, chance=chance)) <= fit(group(waiting=waiting, chance=chance))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 100), st.booleans()), max_size=6), st.randoms())
def test_workgroups_too_come_in_one_order(facts, chance):
    groups = [
        group(pk, waiting=waiting, chance=percent, sent_on="No" if had else None)
        for pk, (waiting, percent, had) in enumerate(facts)
    ]
    shuffled = list(groups)
    chance.shuffle(shuffled)
    assert rank_groups(groups) == rank_groups(shuffled)


def test_where_history_few_tickets_or_nobody_speaks_nothing_is_suggested():
    few = group(1, ended=Ended(3, 4, "category VPN"))
    empty = group(2, ended=Ended(40, 50, "category VPN"), people=(Analyst(1, "Ann", away=True),))
    told = group(3, ended=Ended(10, 50, "category VPN"))
    assert proposed(rank_groups([few, empty, told])) == [told]


def test_who_sent_it_on_comes_after_who_never_had_it():
    had, other = group(1, ended=Ended(30, 50, "x"), sent_on="Not ours"), group(2, ended=Ended(20, 50, "x"))
    assert rank_groups([had, other]) == [other, had]
