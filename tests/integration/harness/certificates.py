"""Certificates made by openssl: one authority, a server's for localhost, a client's for each user."""

import functools
import subprocess

CONFIG = "[req]\ndistinguished_name=dn\n[dn]\n"


class Authority:
    """folder: where NAME.crt and NAME.key lie; its own are ca.crt and ca.key."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "openssl.cnf").write_text(CONFIG)
        self.crt, self.key = self.make("ca", name, "-addext", "basicConstraints=critical,CA:true")

    def make(self, file, subject, *more, password=None):
        crt, key = self.folder / f"{file}.crt", self.folder / f"{file}.key"
        hidden = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        command = ["openssl", "req", "-x509", "-config", self.folder / "openssl.cnf", "-newkey", "ec",
                   "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2", "-subj", f"/CN={subject}",
                   "-keyout", key, "-out", crt, *hidden, *more]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        key.chmod(0o600)
        return crt, key

    @functools.cache  # noqa: B019 - as long as the test
    def server(self):
        """(certificate, key) of localhost, not of 127.0.0.1."""
        return self.issue("server", "localhost", "-addext", "subjectAltName=DNS:localhost")

    @functools.cache  # noqa: B019
    def client(self, user, password=None):
        return self.issue(user, user, password=password)

    def issue(self, file, subject, *more, password=None):
        return self.make(file, subject, "-CA", self.crt, "-CAkey", self.key, *more, password=password)
