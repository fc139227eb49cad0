// Package berth knows which berths fit which draught.
package berth

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Berth is one place at the quay; depth in metres.
type Berth struct {
	Name  string  `json:"name"`
	Depth float64 `json:"depth"`
}

var all = []Berth{{"north-1", 9.5}, {"north-2", 12}, {"south-1", 6}}

// Fitting gives the berths that are deep enough.
func Fitting(draught float64) []Berth {
	var found []Berth
	for _, one := range all {
		if one.Depth > draught {
			found = append(found, one)
		}
	}
	return found
}

// List answers with the fitting berths.
func List(w http.ResponseWriter, r *http.Request) {
	draught, err := strconv.ParseFloat(r.URL.Query().Get("draught"), 64)
	if err != nil {
		http.Error(w, "draught must be a number", http.StatusBadRequest)
		return
	}
	_ = json.NewEncoder(w).Encode(Fitting(draught))
}
