"""Music servers that speak Subsonic or OpenSubsonic: Navidrome, Gonic, Ampache, Supysonic and many others.

Protocol: https://www.subsonic.org/pages/api.jsp and https://opensubsonic.netlify.app/docs/.
"""
