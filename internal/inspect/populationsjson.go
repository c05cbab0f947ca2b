package inspect

// populationsJSON is the mixture of a labelled network.
type populationsJSON struct {
	Refusal   string         `json:"refused,omitempty"`
	Moments   []momentsJSON  `json:"moments,omitempty"`
	MeanField *meanFieldJSON `json:"mean_field,omitempty"`
	Pairs     []pairJSON     `json:"pairs,omitempty"`
}

type momentsJSON struct {
	Weight float64     `json:"weight"`
	MeanM  []float64   `json:"mean_m"`
	MeanN  []float64   `json:"mean_n"`
	MeanI  float64     `json:"mean_I"`
	CovMM  [][]float64 `json:"cov_mm"`
	CovNM  [][]float64 `json:"cov_nm"`
	CovMI  []float64   `json:"cov_mI"`
	CovNI  []float64   `json:"cov_nI"`
	VarI   float64     `json:"var_I"`
}

type pairJSON struct {
	Network   *int     `json:"network"` // places in the two lists; null: none there
	MeanField *int     `json:"mean_field"`
	Distance  *float64 `json:"distance"`
}

func (p *Populations) document() *populationsJSON {
	if p.Refusal != "" {
		return &populationsJSON{Refusal: p.Refusal}
	}
	field := p.MeanField.document()
	d := &populationsJSON{MeanField: &field}
	for k := range p.Mixture.Populations() {
		d.Moments = append(d.Moments, momentsJSON(p.Mixture.Moments(k)))
	}
	for _, pair := range p.Pairs {
		one := pairJSON{}
		if pair.Network >= 0 {
			one.Network = &pair.Network
		}
		if pair.MeanField >= 0 {
			one.MeanField = &pair.MeanField
		}
		if one.Network != nil && one.MeanField != nil {
			one.Distance = &pair.Distance
		}
		d.Pairs = append(d.Pairs, one)
	}
	return d
}
