# A scene of a Sonorama server, live. Put this where the picture was taken, its -Z ahead.
extends Spatial

const Stream = preload("res://stream.gd")
const Source = preload("res://source.gd")

export var server = "http://127.0.0.1:8765"
export var scene = "street"
export var token = ""

var sources = {}  # by id
var state = "connecting"  # what a person should know; empty while the scene is followed
var stream = Stream.new()
var _clips = {}  # AudioStreamSamples by the SHA-256 of the clip
var _incoming = {}  # by stream id: the clip_begin of a clip, and the file so far

func _ready():
	stream.url = server.replace("http", "ws")
	stream.token = null if token == "" else token
	stream.connect("state_changed", self, "_show")
	stream.connect("message_received", self, "_apply")
	stream.connect("chunk_received", self, "_take_chunk")
	add_child(stream)

# 60 times a second, however fast pictures are drawn.
func _physics_process(_delta):
	# The head in the scene, wherever this stands and however it is turned or scaled.
	var head = global_transform.affine_inverse() * get_viewport().get_camera().global_transform
	for source in sources.values():
		source.update(head.origin, stream.server_s())
	if state == "":
		# Godot has right, up, back; the scene front, left, up.
		var turn = head.basis.get_rotation_quat()
		stream.send("listener_pose", {
			"scene_id": scene, "client_time_s": stream.client_s(), "share": true,
			"position_m": [-head.origin.z, -head.origin.x, head.origin.y],
			"orientation": [-turn.z, -turn.x, turn.y, turn.w]})

func _show(words):
	if words != state:
		print("sonorama: ", words if words != "" else "following " + scene)
	state = words

func _apply(message):
	match message["type"]:
		"welcome":
			_incoming.clear()
			stream.send("subscribe", {"scene_id": scene, "delivery": "stream", "codec": "pcm16"})
		"scene_snapshot":
			_show("")
			var gone = sources.keys()
			for fields in message["sources"]:
				gone.erase(fields["id"])
				_put(fields)
			for id in gone:
				_remove(id)
		"source_added", "source_updated":
			_put(message["source"])
		"source_moved":
			for move in message["moves"]:
				if sources.has(move["source_id"]):
					sources[move["source_id"]].move(move)
		"source_removed":
			_remove(message["source_id"])
		"scene_removed":
			for id in sources.keys():
				_remove(id)
			_show("the scene was deleted")
		"clip_begin":
			if not _clips.has(message["clip_sha256"]):
				_incoming[int(message["stream_id"])] = {"begin": message, "file": StreamPeerBuffer.new()}
			else:
				stream.send("clip_abort", {"stream_id": message["stream_id"], "reason": "it is here already"})
		"clip_end":
			if _incoming.has(int(message["stream_id"])):
				_end_clip(int(message["stream_id"]), message["sha256"])
		"clip_abort":
			_incoming.erase(int(message["stream_id"]))
		"error":
			print("sonorama: ", message["message"])
			if state != "":
				state = message["message"]

func _put(fields):
	var id = fields["id"]
	if sources.has(id):
		sources[id].put(fields)
	else:
		sources[id] = Source.new(fields)
		add_child(sources[id])
	var clip = fields.get("clip")
	if clip != null and _clips.has(clip["sha256"]):
		sources[id].set_clip(_clips[clip["sha256"]])

func _remove(id):
	if sources.has(id):
		sources[id].queue_free()
		sources.erase(id)

func _take_chunk(stream_id, payload):
	if _incoming.has(stream_id):
		_incoming[stream_id]["file"].put_data(payload)
		stream.send("credit", {"stream_id": stream_id, "bytes": payload.size()})

func _end_clip(stream_id, sha256):
	var begin = _incoming[stream_id]["begin"]
	var samples = _incoming[stream_id]["file"].data_array
	_incoming.erase(stream_id)
	var hash_of = HashingContext.new()
	hash_of.start(HashingContext.HASH_SHA256)
	hash_of.update(samples)
	if hash_of.finish().hex_encode() != sha256:
		return
	var clip = AudioStreamSample.new()
	clip.format = AudioStreamSample.FORMAT_16_BITS
	clip.mix_rate = int(begin["sample_rate_hz"])
	clip.stereo = begin["channels"] == 2
	clip.data = samples
	clip.loop_end = samples.size() / 2 / int(begin["channels"])
	_clips[begin["clip_sha256"]] = clip
	for source in sources.values():
		_put(source.state)
