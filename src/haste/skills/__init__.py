"""Pure: skills as text and values. Selection by scope, evidence by counting, promotion, the gate. No I/O."""
