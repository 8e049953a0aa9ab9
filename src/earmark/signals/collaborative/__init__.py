"""What listens and playlists say together: the matrix, its factors and its neighbours."""
