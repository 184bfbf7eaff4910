"""Request fulfilment: a catalogue that people order from, approval, and the work orders that fulfil an order."""
