# One source: placed and as loud as section 7 of protocol/PROTOCOL.md says, in step as section 6 says.
extends Spatial

# The received level at which a clip plays at its own loudness, -23 LUFS: the one number for all sources.
const FULL_DB_SPL = 70.0
const SILENT_DB = -200.0
const NEAREST_M = 0.5
const FALLS_BY_DB = {"point": 20.0, "area": 20.0, "line": 10.0, "ambient": 0.0}
# Players say where they are in steps of a mix, some 20 ms.
const OUT_OF_STEP_S = 0.06

var state = {}  # the source as the server tells it
var player = null  # an AudioStreamPlayer3D; an AudioStreamPlayer for ambience, which comes from everywhere

func _init(fields):
	player = AudioStreamPlayer.new() if fields["kind"] == "ambient" else AudioStreamPlayer3D.new()
	if player is AudioStreamPlayer3D:
		# Godot has no law for all kinds: received_db has. No filter, and no ceiling either.
		player.attenuation_model = AudioStreamPlayer3D.ATTENUATION_DISABLED
		player.attenuation_filter_db = 0.0
		player.max_db = 80.0
	add_child(player)
	put(fields)

func put(fields):
	state = fields
	if fields.get("distance_m") != null:
		# Godot has right, up, back. Players glide from one mix to the next by themselves.
		var azimuth = deg2rad(fields["azimuth_deg"])
		var elevation = deg2rad(fields["elevation_deg"])
		translation = fields["distance_m"] * Vector3(
			-cos(elevation) * sin(azimuth), sin(elevation), -cos(elevation) * cos(azimuth))

func move(place):
	for name in ["azimuth_deg", "elevation_deg", "distance_m"]:
		state[name] = place[name]
	put(state)

func set_clip(clip):
	if player.stream != clip:  # a player that is given its clip again begins anew
		clip.loop_mode = AudioStreamSample.LOOP_FORWARD if state["clip"]["loop"] else AudioStreamSample.LOOP_DISABLED
		player.stream = clip

# For a listener somewhere in the scene, at a server time; called every frame.
func update(listener_m, now_s):
	var level_db = SILENT_DB if state.get("muted", false) else received_db(listener_m.distance_to(translation))
	player.set("unit_db" if player is AudioStreamPlayer3D else "volume_db", level_db)
	if player.stream == null or now_s == null or state.get("playing_since_s") == null:
		player.stop()
		return
	var played_s = now_s - state["playing_since_s"]
	var length_s = player.stream.get_length()
	var late_s = played_s - player.get_playback_position()
	if played_s < 0.0 or (played_s >= length_s and player.stream.loop_mode == AudioStreamSample.LOOP_DISABLED):
		player.stop()
	elif not player.playing or abs(late_s - length_s * round(late_s / length_s)) > OUT_OF_STEP_S:
		player.play(fmod(played_s, length_s))

func received_db(distance_m):
	var loss_db = FALLS_BY_DB[state["kind"]] * log(max(distance_m, NEAREST_M)) / log(10.0)
	return state["level_db_spl_1m"] + state.get("gain_db", 0.0) - loss_db - FULL_DB_SPL
