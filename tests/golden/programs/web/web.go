// Web is a server of JSON; it is linked from two hundred packages.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"path": r.URL.Path})
	}))
	defer server.Close()
	answer, err := http.Get(server.URL + "/hello")
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	var content map[string]string
	fmt.Println(json.NewDecoder(answer.Body).Decode(&content), content)
}
