"""Whether a folder lies on a disk of this machine."""

from pathlib import Path

import psutil

_NETWORK = {"nfs", "nfs4", "cifs", "smbfs", "smb3", "afs", "9p", "fuse.sshfs", "glusterfs", "ceph", "lustre"}


def network_filesystem(folder: Path) -> str:
    """The kind of network file system that `folder` lies on; empty for a local disk."""
    here = folder.resolve()
    mounts = [m for m in psutil.disk_partitions(all=True) if here.is_relative_to(m.mountpoint)]
    if not mounts:
        return ""
    kind = max(mounts, key=lambda mount: len(mount.mountpoint)).fstype.lower()
    return kind if kind in _NETWORK else ""
