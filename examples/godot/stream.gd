# A session of the stream: sections 1 to 4 and 6 of protocol/PROTOCOL.md. It reconnects by itself, as a new session.
extends Node

signal state_changed(words)  # for people
signal message_received(message)  # a Dictionary
signal chunk_received(stream_id, payload)

# Close codes after which another attempt would end the same way.
const FINAL_CODES = [1000, 1009, 4400, 4401, 4406, 4409]
const LONGEST_WAIT_S = 30.0
const CLIP_CHUNK = 1

var url = ""
var token = null  # the server's, if it asks for one
var _socket = null
var _sent = 0
var _received = 0
var _failures = 0
var _close_code = 0
var _wait_s = 0.0
var _beat_every_s = INF
var _beat_in_s = INF
var _exchanges = []  # of clock pings, the last eight

static func client_s():
	return OS.get_ticks_usec() / 1e6

# Server time now in seconds; null before it is known.
func server_s():
	return null if _exchanges.empty() else client_s() + _best_exchange()["offset_s"]

func send(type, fields):
	_sent += 1
	fields["type"] = type
	fields["seq"] = _sent
	_socket.get_peer(1).put_packet(to_json(fields).to_utf8())

func _process(delta):
	if _socket == null:
		_wait_s -= delta
		if _wait_s <= 0.0:
			_open()
		return
	_beat_in_s -= delta
	if _beat_in_s <= 0.0:
		_beat_in_s = _beat_every_s
		send("ack", {"received_seq": _received})
		send("clock_ping", {"client_sent_s": client_s()})
	_socket.poll()

func _exit_tree():
	if _beat_in_s != INF:
		send("bye", {})
		_socket.disconnect_from_host(1000)

func _open():
	_socket = WebSocketClient.new()
	_socket.set_buffers(8192, 1024, 256, 1024)  # KiB and packets, in and out: a message may have 4 MiB
	_socket.connect("connection_established", self, "_greet")
	_socket.connect("data_received", self, "_receive")
	_socket.connect("server_close_request", self, "_note_close")
	_socket.connect("connection_closed", self, "_retry", [], CONNECT_DEFERRED)
	_socket.connect("connection_error", self, "_retry", [], CONNECT_DEFERRED)
	if _socket.connect_to_url(url + "/v1/stream", ["sonorama.v1"]) != OK:
		_retry()

func _greet(_protocol):
	_socket.get_peer(1).set_write_mode(WebSocketPeer.WRITE_MODE_TEXT)
	_received = 0
	_exchanges.clear()
	send("hello", {"majors": [1], "client": "godot example", "token": token})

func _receive():
	var peer = _socket.get_peer(1)
	var packet = peer.get_packet()
	if not peer.was_string_packet():
		if packet[5] == CLIP_CHUNK:
			var stream_id = packet[8] | packet[9] << 8 | packet[10] << 16 | packet[11] << 24
			var header_bytes = packet[30] | packet[31] << 8
			emit_signal("chunk_received", stream_id, packet.subarray(header_bytes, packet.size() - 1))
		return
	var message = JSON.parse(packet.get_string_from_utf8()).result
	if message["seq"] <= _received:
		return
	_received = int(message["seq"])
	if message["type"] == "welcome":
		_failures = 0
		_beat_every_s = message["heartbeat_s"] / 2.0
		_beat_in_s = 0.0
	elif message["type"] == "clock_pong":
		_take_time(message)
	emit_signal("message_received", message)

func _take_time(pong):
	var now_s = client_s()
	var there_s = pong["server_received_s"] - pong["client_sent_s"]
	var back_s = pong["server_sent_s"] - now_s
	var exchange = {"offset_s": (there_s + back_s) / 2.0, "error_s": (there_s - back_s) / 2.0, "at_s": now_s}
	var best = exchange if _exchanges.empty() else _best_exchange()
	if abs(exchange["offset_s"] - best["offset_s"]) > 0.001 + exchange["error_s"] + _error_s(best):
		_exchanges.clear()  # a clock was set, or stood still while the machine slept
	_exchanges.append(exchange)
	if _exchanges.size() > 8:
		_exchanges.pop_front()

func _best_exchange():
	var best = _exchanges[0]
	for exchange in _exchanges:
		if _error_s(exchange) < _error_s(best):
			best = exchange
	return best

func _error_s(exchange):
	return exchange["error_s"] + 15e-6 * (client_s() - exchange["at_s"])

func _note_close(code, reason):
	_close_code = code
	emit_signal("state_changed", "closed: %d %s" % [code, reason])

func _retry(_was_clean = false):
	if _close_code == 0:
		emit_signal("state_changed", "the server can't be reached")
	set_process(not _close_code in FINAL_CODES)
	_socket = null
	_close_code = 0
	_beat_in_s = INF
	_wait_s = min(LONGEST_WAIT_S, 0.5 * pow(2, _failures)) * rand_range(0.9, 1.1)
	_failures += 1
