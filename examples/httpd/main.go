// Httpd serves two pages: a greeting, and how many requests there have been. With -once it asks itself for both and stops.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"
)

func routes() http.Handler {
	var requests atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		fmt.Fprintf(w, "hello, %s\n", r.PathValue("name"))
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]int64{"requests": requests.Load()})
	})
	return mux
}

func get(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}

func main() {
	address := flag.String("address", "127.0.0.1:8080", "where to listen")
	once := flag.Bool("once", false, "make one request to each page, then stop")
	flag.Parse()

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: routes()}
	if !*once {
		log.Printf("listening on http://%s", listener.Addr())
		log.Fatal(server.Serve(listener))
	}
	go server.Serve(listener)
	for _, page := range []string{"/hello/gopher", "/stats"} {
		if err := get("http://" + listener.Addr().String() + page); err != nil {
			log.Fatal(err)
		}
	}
}
