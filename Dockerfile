# An exact version; who builds for production adds the digest that the own registry shows (docs/deploy.md).
FROM python:3.13.7-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /portal
# requirements-s3.txt for files in a bucket (STORAGE_URL).
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-s3.txt ./
RUN pip install --no-cache-dir --require-hashes -r ${REQUIREMENTS}
COPY . .
# Collecting static files reads the settings but neither database: these values are of no use to anybody.
RUN PORTAL_MODE=production VAR_DIR=/tmp/build SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built ALLOWED_HOSTS=build \
    DATABASE_URL=postgres://build/district STATE_DATABASE_URL=postgres://build/state REDIS_URL=redis://build HELP_PHONE=- HELP_EMAIL=- PORTAL_ADDRESS=- \
    python -m django collectstatic --noinput --settings cte_portal.settings
RUN useradd --system --create-home portal && mkdir -m 700 /data && chown portal /data
ENV PORTAL_MODE=production VAR_DIR=/data DJANGO_SETTINGS_MODULE=cte_portal.settings
USER portal
EXPOSE 8000
CMD ["gunicorn", "cte_portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "4", "--threads", "4", "--no-control-socket"]
