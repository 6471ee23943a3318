import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caunoi.config.settings")
# Each statement gives up the interpreter and then waits for it again, by default 5 ms while others compute: with ten
# statements a request that is most of a request's time.
sys.setswitchinterval(0.002)
application = get_wsgi_application()
