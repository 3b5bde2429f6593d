#!/bin/sh
# Makes the certificates of this directory anew (OpenSSL 3). The keys are for tests only.
set -eu
cd "$(dirname "$0")"
days=36500
openssl req -x509 -newkey rsa:2048 -noenc -sha256 -days $days -subj "/CN=flink-redis-sync test CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout ca.key -out ca.crt
sign() { # name, subject, extensions
    openssl req -newkey rsa:2048 -noenc -sha256 -subj "$2" -keyout "$1.key" -out "$1.csr"
    printf '%s\n' "$3" >"$1.ext"
    openssl x509 -req -sha256 -days $days -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial \
        -extfile "$1.ext" -out "$1.crt"
    rm "$1.csr" "$1.ext"
}
sign server "/CN=localhost" "subjectAltName=DNS:localhost,IP:127.0.0.1
extendedKeyUsage=serverAuth"
sign client "/CN=flink-redis-sync test client" "extendedKeyUsage=clientAuth"
# Nothing else is to be signed by this CA.
rm ca.key ca.srl
