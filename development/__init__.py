"""What a developer runs beside the portal: the gates of CI and the lanes of the suite. `manage.py`
starts both.
"""
