package theorems

import "reflect"

// OwnSubject is somebody's own functions as a subject, for theorems about
// them: F is a function, or a struct of functions as Subject is, in float64.
func OwnSubject[F any](name string, functions F) Subject {
	return Subject{Name: name, UnitRoundoff: 0x1p-53, Own: functions}
}

// Own returns the functions of type F that a subject carries. One that does not
// carry them has not implemented them: ErrNotImplemented.
func Own[F any](s Subject) (F, error) {
	functions, ok := s.Own.(F)
	if !ok {
		return functions, Missing(reflect.TypeFor[F]().String())
	}
	return functions, nil
}

// OwnTwin is a mistake in somebody's own functions: wrong returns them with the
// mistake in them. A subject without such functions stays as it is.
func OwnTwin[F any](name, mistake string, wrong func(F) F) Twin {
	return Twin{Name: name, Mistake: mistake, Break: func(s Subject) Subject {
		if right, err := Own[F](s); err == nil {
			s.Own = wrong(right)
		}
		return s
	}}
}
