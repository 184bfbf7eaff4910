"""Those who meet over changes: Network plans and does them, the CAB decides, the change manager oversees."""

from desk.approvals.models import ApprovalRule, ApprovalStep, ApproverGroup
from tests.factories import ServiceFactory, WorkgroupFactory, analyst, person


def with_cab(world):
    """The world with Chris, change manager, and a CAB of Chris, Lena and Omar, of whom two must agree.

    Emergencies want one of them. Wi-Fi is the service; sign-in leans on it.
    """
    world.management = WorkgroupFactory(name="Change Management", takes=["change"], oversees=["change"])
    world.chris = analyst("chris", world.management)
    world.vera = analyst("vera", world.network, "lead")
    world.wifi = ServiceFactory(name="Network and Wi-Fi", criticality=2)
    world.sign_in = ServiceFactory(name="Sign-in", criticality=1)
    world.sign_in.depends_on.add(world.wifi)
    group = ApproverGroup.objects.create(name="CAB")
    group.members.set([world.chris, world.lena, world.omar])
    world.group = group
    for position, (variant, quorum, count) in enumerate([("emergency", "any", None), ("", "count", 2)]):
        rule = ApprovalRule.objects.create(
            name=f"{variant or 'normal'} changes", kind="change", variant=variant, position=position
        )
        step = ApprovalStep.objects.create(rule=rule, position=1, name="CAB", quorum=quorum, needed=count or 1)
        step.groups.add(group)
    world.wanda = person("wanda")
    return world
