// Command etcd-compact compacts an etcd to its current revision and prints that revision. Watches
// and paged lists that started at an older revision then get "410 Gone" from the API server.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"os"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

func main() {
	endpoint := flag.String("endpoint", "", "URL of the etcd to compact")
	ca := flag.String("cacert", "", "certificate authority file (PEM)")
	cert := flag.String("cert", "", "client certificate file (PEM)")
	key := flag.String("key", "", "client key file (PEM)")
	flag.Parse()
	revision, err := compact(*endpoint, *ca, *cert, *key)
	if err != nil {
		fmt.Fprintf(os.Stderr, "etcd-compact: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(revision)
}

func compact(endpoint, ca, cert, key string) (int64, error) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return 0, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return 0, fmt.Errorf("%s holds no certificate", ca)
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return 0, err
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:   []string{endpoint},
		DialTimeout: 10 * time.Second,
		TLS:         &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}},
	})
	if err != nil {
		return 0, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	// Any read carries the store's current revision in its header.
	answer, err := client.Get(ctx, "/", clientv3.WithCountOnly())
	if err != nil {
		return 0, fmt.Errorf("read the current revision of %s: %w", endpoint, err)
	}
	revision := answer.Header.Revision
	if _, err := client.Compact(ctx, revision, clientv3.WithCompactPhysical()); err != nil {
		return 0, fmt.Errorf("compact %s to revision %d: %w", endpoint, revision, err)
	}
	return revision, nil
}
