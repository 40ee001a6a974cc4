//! A stand-in for Gitea and Forgejo on a loopback socket.
