package vectors

// operations are those with an oracle for what is expected.
func operations() []operation {
	return []operation{
		{"linearize", linearizeCases},
		{"modes", modesCases},
		{"fixed_points", fixedCases},
		{"rnn_from_lds", matchCases},
		{"lds_from_rnn", conversionCases},
		{"autocovariance", autocovarianceCases},
		{"log_likelihood", likelihoodCases},
		{"markov_gap", gapCases},
		{"field", fieldCases},
		{"simulate", simulateCases},
		{"fit", fitCases},
		{"truncate", truncateCases},

		{"activity_field", activityFieldCases},
		{"to_activity", toActivityCases},
		{"to_activation", toActivationCases},
		{"spectrum", spectrumCases},
		{"carry_right", carryCases(true)},
		{"carry_left", carryCases(false)},
		{"context_change", contextCases},
		{"euler_stability", stabilityCases},
		{"simulate_driven", drivenCases},
		{"match_steps", stepsCases},
		{"estimate", estimateCases},
		{"steady_state", steadyCases},
		{"markov_loss", lossCases},
		{"observe", observeCases},
		{"hankel_rank", hankelCases},
		{"change", changeCases},
		{"average", averageCases},
		{"jacobian", jacobianCases},
		{"gains", gainsCases},
		{"field_variance", varianceCases},
		{"gauge", gaugeCases},
		{"complete", completeCases},
		{"linearize_noisy", noisyCases},
		{"pass_noise", passCases},
	}
}
