// Command httpload serves HTTP on a free port and asks itself many times, from several clients at once.
//
//	httpload [requests [clients]]
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

func argument(position, otherwise int) int {
	if len(os.Args) <= position {
		return otherwise
	}
	number, err := strconv.Atoi(os.Args[position])
	if err != nil || number < 1 {
		fail(fmt.Errorf("not a positive number: %s", os.Args[position]))
	}
	return number
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "httpload:", err)
	os.Exit(1)
}

// square answers with the square of the number in the path, and with the body that came, reversed.
func square(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for i, j := 0, len(body)-1; i < j; i, j = i+1, j-1 {
		body[i], body[j] = body[j], body[i]
	}
	fmt.Fprintf(w, "%d %s", number*number, body)
}

func ask(client *http.Client, base string, number int) error {
	text := strconv.Itoa(number)
	reply, err := client.Post(base+text, "text/plain", bytes.NewBufferString(text))
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	want := strconv.Itoa(number*number) + " "
	for i := len(text) - 1; i >= 0; i-- {
		want += text[i : i+1]
	}
	if reply.StatusCode != http.StatusOK || string(body) != want {
		return fmt.Errorf("%d: status %d, %q, not %q", number, reply.StatusCode, body, want)
	}
	return nil
}

func main() {
	requests, clients := argument(1, 10_000), argument(2, 8)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /square/{number}", square)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	base := "http://" + listener.Addr().String() + "/square/"
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	numbers := make(chan int)
	failures := make(chan error, clients)
	var working sync.WaitGroup
	for range clients {
		working.Add(1)
		go func() {
			defer working.Done()
			for number := range numbers {
				if err := ask(client, base, number); err != nil {
					select {
					case failures <- err:
					default:
					}
				}
			}
		}()
	}
	for number := range requests {
		numbers <- number
	}
	close(numbers)
	working.Wait()
	select {
	case err := <-failures:
		fail(err)
	default:
	}
	if err := server.Shutdown(context.Background()); err != nil {
		fail(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		fail(err)
	}
	fmt.Printf("%d requests from %d clients answered\n", requests, clients)
}
