# Runs the Godot example as it is, says several times a second what it does, and records what comes out of it.
#
#   godot3-server --path examples/godot -s watch.gd '{"server": "http://...", "scene": "...", "token": "",
#       "head": [front, left, yaw], "recording": "heard.wav"}'
#
# It ends when the scene was deleted.
extends SceneTree

const TICK_S = 0.1

var record = AudioEffectRecord.new()
var asked = null
var sonorama = null
var tick_in_s = 0.0

func _initialize():
	asked = JSON.parse(OS.get_cmdline_args()[-1]).result
	AudioServer.add_bus_effect(0, record)
	record.set_recording_active(true)
	var world = load("res://main.tscn").instance()
	sonorama = world.get_node("Sonorama")
	for name in ["server", "scene", "token"]:
		sonorama.set(name, asked[name])
	# The scene lies somewhere in the world, turned and scaled; the head stands in it.
	sonorama.transform = Transform(Basis(Vector3.UP, 0.7).scaled(Vector3(3, 3, 3)), Vector3(5, 1, -8))
	var head = Transform(Basis(Vector3.UP, deg2rad(asked["head"][2])), Vector3(-asked["head"][1], 0, -asked["head"][0]))
	world.get_node("Camera").transform = (sonorama.transform * head).orthonormalized()
	root.add_child(world)

func _idle(delta):
	tick_in_s -= delta
	if tick_in_s > 0.0:
		return
	tick_in_s = TICK_S
	var recorded = record.get_recording()
	var sources = {}
	for id in sonorama.sources:
		var at_m = sonorama.sources[id].translation
		var player = sonorama.sources[id].player
		sources[id] = {"at_m": [at_m.x, at_m.y, at_m.z], "playing": player.playing, "played_s": player.get_playback_position()}
	print("TICK ", to_json({"state": sonorama.state, "sources": sources, "server_s": sonorama.stream.server_s(),
		"frames": 0 if recorded == null else recorded.data.size() / 4}))
	if sonorama.state == "the scene was deleted":
		recorded.save_to_wav(asked["recording"])
		record.set_recording_active(false)
		AudioServer.remove_bus_effect(0, 0)
		quit()
