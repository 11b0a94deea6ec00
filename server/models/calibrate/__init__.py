"""From depths that each view tells up to a scale and a shift to metres along every ray."""
