FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /portal
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# The real values come at run time; these only let collectstatic load the settings.
RUN PORTAL_MODE=demo VAR_DIR=/tmp/build STATIC_STORAGE=manifest python -m django collectstatic --noinput --settings cte_portal.settings && rm -rf /tmp/build
RUN useradd --system --create-home portal && mkdir /data && chown portal /data
ENV PORTAL_MODE=production VAR_DIR=/data DJANGO_SETTINGS_MODULE=cte_portal.settings
USER portal
EXPOSE 8000
CMD ["gunicorn", "cte_portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "4", "--threads", "4"]
