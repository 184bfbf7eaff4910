"""What programs may ask of incidents, of what ties them together, and of what is told of them."""

from .alerts import alerts, describe_alerts
from .incidents import Incidents
from .majors import Bursts, Outages
from .ratings import Ratings
from .reports import Reports
from .services import Services

__all__ = ["Bursts", "Incidents", "Outages", "Ratings", "Reports", "Services", "alerts", "describe_alerts"]
