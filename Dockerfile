# Two stages: the first compiles mysqlclient, the second runs without a compiler. Nothing is fetched at run time.

FROM python:3.12-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends build-essential default-libmysqlclient-dev pkg-config
RUN python -m venv /venv
COPY requirements.txt /
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /requirements.txt

FROM python:3.12-slim-bookworm
# libmariadb3 is what mysqlclient was linked with. It speaks to MySQL 8 and 9, their default way to log in included.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home career-coach
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DEBUG=false
WORKDIR /app
COPY . .
# Its files are named after their content, and whitenoise serves them. The two values are for this step only.
RUN SECRET_KEY=build-only ALLOWED_HOSTS=build-only python manage.py collectstatic --noinput
RUN python -m compileall -q .
USER career-coach
# gunicorn listens on all addresses at this port, and starts as many processes as WEB_CONCURRENCY says.
ENV PORT=8000 WEB_CONCURRENCY=2
EXPOSE 8000
# Threads, so that a slow Cal.com holds up one request and not a whole process. Heartbeats belong in memory, not on disk.
# The log leaves out query strings: a userId in one is all that a caller needs to be that user.
CMD ["gunicorn", "careercoach.wsgi", "--threads=4", "--timeout=60", "--worker-tmp-dir=/dev/shm", \
     "--no-control-socket", "--access-logfile=-", \
     "--access-logformat=%(h)s %(t)s %(m)s %(U)s %(s)s %(M)sms %({x-request-id}o)s"]
