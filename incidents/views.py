"""Pages."""
from django.http import HttpResponse
def mine(request): return HttpResponse("")
new = detail = say = edit = take = recurrence = do = mine
