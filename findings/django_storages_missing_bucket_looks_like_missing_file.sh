#!/usr/bin/env bash
# django-storages 1.14.6 with S3: a bucket that is gone (or misspelled) is told as a file that is gone. S3 answers HEAD with a bare 404 for both,
# so `exists()` says False and `open()` raises FileNotFoundError in either case; listing names the bucket. A portal that says *this file is no
# longer kept* on FileNotFoundError says so of every file while the whole store is missing.
# Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q django==5.2.19 'django-storages[s3]==1.14.6' boto3==1.44.8 'moto[s3]==5.2.5' 2>/dev/null
cat >work.py <<'PYTHON'
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-west-2"}
import boto3
from django.conf import settings

settings.configure()
from moto import mock_aws
from storages.backends.s3 import S3Storage


def tried(act):
    try:
        return repr(act())
    except Exception as error:
        return type(error).__name__


with mock_aws():
    boto3.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    for what, bucket in (("a file that is gone", "kept"), ("a bucket that is gone", "missing")):
        storage = S3Storage(bucket_name=bucket)
        print(f"{what}: exists {tried(lambda: storage.exists('a.csv'))}")
        print(f"{what}: open {tried(lambda: storage.open('a.csv'))}")
        print(f"{what}: list {tried(lambda: storage.listdir(''))}", flush=True)
PYTHON
env/bin/python work.py | tee seen
diff seen - <<'SEEN' || { echo "It behaves otherwise now."; exit 1; }
a file that is gone: exists False
a file that is gone: open FileNotFoundError
a file that is gone: list ([], [])
a bucket that is gone: exists False
a bucket that is gone: open FileNotFoundError
a bucket that is gone: list NoSuchBucket
SEEN
