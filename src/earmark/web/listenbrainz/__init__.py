"""The API of ListenBrainz, so that players which speak it need another address only.

https://listenbrainz.readthedocs.io/en/latest/users/api/core.html
"""
