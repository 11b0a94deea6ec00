"""Labels, descriptions and kinds of sources with the prompt of each, reviewed by eye: plain captions of one thing."""

CAPTIONED = """
dog | barking | point | A dog barking nearby
dog | The sound of a small dog barking in a large reverberant hall | point | A small dog barking nearby
dog | a dog barking, with music in the background | point | A dog barking nearby
dog | loud barking | point | Loud barking from a dog nearby
dog | barking and whining, scratching | point | A dog barking and whining, scratching
dog |  | point | A dog barking nearby
dog | barks twice | point | A dog barks twice nearby
fountain | A fountain splashing in the distance while people talk | point | A fountain splashing nearby
stone fountain | splashing water | point | Splashing water from a stone fountain nearby
fountain | fountain | point | A fountain splashing into a stone basin nearby
fountain | gentle splashing of water | point | Gentle splashing of water from a fountain nearby
red car | there is a red car on the left passing by | point | A red car passing by
car | engine noise | point | Engine noise from a car nearby
car | idling | point | A car idling nearby
bicycle | a person riding a bicycle, children shouting | point | A person riding a bicycle nearby
street musician | a man playing guitar and crowd chatter | point | A man playing guitar nearby
street musician | a melody | point | A melody from a street musician nearby
café terrace | people chatting, cups clinking with soft music | area | People chatting, cups clinking
café | people talking | area | People talking all around
crowd | murmuring | area | A crowd murmuring all around
crowd | the murmur of a large crowd | area | The murmur of a large crowd all around
people | talking and laughing | area | People talking and laughing
children | shouting and playing | area | Children shouting and playing
playground | children playing in a playground | area | Children playing in a playground
road traffic | road traffic as seen in the image | line | Road traffic
traffic | cars passing, one honks its horn | line | Cars passing, one honks its horn
road | cars passing on a road nearby | line | Cars passing on a road nearby
highway | steady fast traffic on a motorway | line | Steady fast traffic on a motorway
river | flowing | line | A river flowing steadily
river | water flowing over rocks while birds chirp | line | Water flowing over rocks while birds chirp
river | a river flowing, close and dry recording | line | A river flowing steadily
stream | babbling over stones | line | A stream babbling over stones steadily
railway track | a train passing in the distance | line | A train passing
beach | waves breaking | line | Waves breaking steadily
bus | diesel bus idling, then pulling away | point | Diesel bus idling, then pulling away
truck | rumbling | point | A truck rumbling nearby
tree | leaves rustling in the wind | area | Leaves rustling in the wind
trees | rustling | area | Trees rustling all around
tree | chirping birds | area | Chirping birds all around
tree | birdsong | area | Birdsong from a tree all around
bird | singing | point | A bird singing nearby
birds | chirping without wind | point | Birds chirping nearby
songbirds | birdsong, continuous, no other sounds | ambient | Birdsong, continuous
park | birds singing and leaves rustling, distant traffic | ambient | Birds singing and leaves rustling, distant traffic
wind | howling | ambient | Wind howling in the background
wind | light wind | ambient | Light wind in the background
rain | heavy rain falling on leaves | ambient | Heavy rain falling on leaves in the background
street | distant city hum | ambient | Distant city hum
street | indistinct city ambience | ambient | Indistinct city ambience
church | church bells ringing | point | Church bells ringing nearby
church | distant church bells ringing | point | Church bells ringing nearby
bell tower | tolling | point | A bell tower tolling nearby
bell | a small church bell ringing in the rain with no wind | point | A small church bell ringing in the rain
air conditioner | soft hum | point | Soft hum from an air conditioner nearby
generator | constant loud humming | point | Constant loud humming from a generator
chicken | hens clucking | point | Hens clucking nearby
canal | water lapping against stone walls | line | Water lapping against stone walls steadily
construction site | hammering and drilling | area | A construction site hammering and drilling
wind chimes | chiming | point | Wind chimes chiming nearby
loudspeaker | music playing | point | Music playing nearby
water | background music | point | Water nearby
woman | speaking on the phone | point | A woman speaking on the phone
person | footsteps | point | Footsteps from a person nearby
airplane | an aeroplane flying overhead | point | An aeroplane flying overhead
flag | close-miked flapping, isolated | point | A flag flapping nearby
clock | ticking | point | A clock ticking nearby
old engine | isolated studio recording of sputtering | point | An old engine sputtering nearby
ambulance | wailing siren | point | Wailing siren from an ambulance nearby
tram | squealing on its rails, bell ringing | point | A tram squealing on its rails, bell ringing
horse | hooves clopping | point | Hooves clopping nearby
 | a kettle whistling | point | A kettle whistling nearby
 |  | point | A sound nearby
"""


def captioned() -> list[tuple[str, ...]]:
    """Label, description, kind and the prompt for the seed 0."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in CAPTIONED.strip("\n").splitlines()]
