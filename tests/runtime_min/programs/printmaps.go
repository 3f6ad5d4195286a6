// Maps print the same whichever kind of assignment fills them; those that nothing was put into print as empty.
package main

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
)

type number float64

type failure struct{ code int }

func (f *failure) Error() string { return fmt.Sprint("failure ", f.code) }

type kind string

func (k kind) String() string { return "kind " + string(k) }

func main() {
	var none map[string]int
	fmt.Printf("%v %#v %d\n", none, none, len(none))
	fmt.Println(map[int]bool{}, reflect.MakeMap(reflect.TypeFor[map[string]int]()))
	made := reflect.MakeMap(reflect.TypeFor[map[[2]int8]string]())
	made.SetMapIndex(reflect.ValueOf([2]int8{1, 2}), reflect.ValueOf("x"))
	fmt.Println(made, made.Interface())
	one, two := 1, 2
	pointers := map[*int]int{&one: 1, &two: 2}
	fmt.Println(len(fmt.Sprint(pointers)) > 10, len(pointers))
	fmt.Println(map[uint32]string{3: "c", 1: "a"}, map[int64]string{-3: "c", 1: "a"}, map[string]int{"b": 2, "a": 1})
	fmt.Printf("%v %#v %+v\n", map[number]bool{2.5: true, 1: false}, map[any]any{1: 2, "x": 1.5}, maps.Clone(map[kind]int{"q": 1}))
	fmt.Println(map[error]int{&failure{3}: 1}, errors.Join(&failure{4}))
}
