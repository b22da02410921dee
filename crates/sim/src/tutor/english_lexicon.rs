//! Word lists for reading English. Lower case, separated by spaces.

/// Words that carry no subject: grammar, opinion, degree.
pub const STOP: &str = "a an the this that these those some any every each no not nor and or but if then else so as than too \
    very just only even also still yet again ever never always often sometimes usually really actually basically simply \
    i me my mine myself you your yours yourself he him his she her hers it its itself we us our ours they them their \
    theirs themselves who whom whose which what when where why how is am are was were be been being do does did doing \
    have has had having will would shall should can could may might must ought let of in on at by for with without \
    about against between into through during before after above below to from up down out off over under there here \
    because since although though while whereas unless until whether both either neither all most more less least many \
    much few lot lots such same other others another own well maybe perhaps probably certainly obviously clearly \
    definitely sure yes okay ok oh hi hello hey please thanks thank think thinks thought believe believes feel feels felt \
    know knows known knew say says said mean means meant guess suppose agree disagree opinion view point argue seems seem \
    one two three four five first second third thing things stuff something anything nothing everything someone anyone \
    everyone everybody nobody anybody somebody kind sort way ways bit fact example instance case reason reasons day days \
    long time today now bad good better best worse worst great right wrong true false like unlike around across like \
    don't doesn't didn't isn't aren't wasn't weren't can't cannot couldn't won't wouldn't shouldn't haven't hasn't i'm \
    i've i'd i'll it's that's they're they've you're you've we're we've there's he's she's what's let's able less add \
    got get gets getting new old big small large little important general study studies research evidence hour hours minute minutes week weeks year years \
    idk dunno especially instead rather quite almost";

/// Verbs that end a phrase: what stands on either side of them is the subject and the object.
pub const VERBS: &str = "abolish abolished affect affects allow allows ban banned become becomes break breaks bring brings \
    build builds buy buys care cause caused causes change changes compare compares consent consents consume consumes \
    control controls cost costs create creates damage damages decrease decreases depend depends destroy destroys \
    develop develops distract distracts do eat eats encourage encourages enjoy enjoys exist exists exploit exploits \
    fail fails find finds fix force forces give gives go goes grow grows happen happens harm harmed harms hate help \
    helped helps hurt hurts improve improves increase increases keep keeps kill kills lead leads learn learns leave \
    leaves let lets limit limits live lives lose loses love loves make makes making need needs offer offers pay pays \
    prevent prevents produce produces promote promotes protect protects prove proves provide provides raise raises \
    reach read reduce reduces replace replaces require requires rise rises ruin ruins save saves see sees sell sells \
    serve serves show showed shown shows sleep-walk spend spends spread spreads start starts steal steals stop stops \
    suffer suffers support supports take takes teach teaches tell tells threaten threatens treat treats try tries \
    turn turns understand understands use used uses using want wants waste wastes weaken weakens work works worry \
    knows given made taken done seen based seemed shut close closes forbid forbids forbidden allowed end ends";

/// Speaks ill of something.
pub const AGAINST: &str = "harm harms harmful bad wrong abolish abolished ban banned dangerous destroy destroys ruin ruins \
    damage damages hurt hurts worse worst unfair evil waste wastes against steal steals suffer toxic useless forbid \
    forbidden exploit exploits threaten threatens weaken weakens kill kills limit";

/// Speaks well of something.
pub const FOR: &str = "good better best great helps help helpful improve improves benefit benefits useful fair right protect \
    protects support supports important valuable necessary encourage encourages enjoy love promote promotes";

/// Leaves no exception.
pub const ABSOLUTE: &str =
    "always never everyone everybody nobody all none obviously clearly undoubtedly certainly impossible only";

/// How a claim is opened; not part of it.
pub const OPENERS: [&str; 22] = [
    "well,",
    "so,",
    "yes,",
    "no,",
    "ok,",
    "okay,",
    "honestly,",
    "but",
    "and",
    "because",
    "since",
    "i think that",
    "i think",
    "i believe that",
    "i believe",
    "i feel that",
    "i feel",
    "in my opinion,",
    "in my view,",
    "i would say that",
    "i would say",
    "i guess",
];

/// How a student ends a dialogue.
pub const CLOSING: [&str; 9] = [
    "thank you",
    "thanks",
    "nothing to add",
    "that's all",
    "that is all",
    "in conclusion",
    "to conclude",
    "goodbye",
    "let's stop",
];

/// What may be behind an effect instead of what the student names.
pub const RIVALS: [(&str, &str); 16] = [
    ("sleep", "the late hour"),
    ("anxiety", "loneliness"),
    ("depression", "loneliness"),
    ("grades", "the support at home"),
    ("learning", "the teaching"),
    ("attention", "a lack of sleep"),
    ("concentration", "a lack of sleep"),
    ("violence", "what people see at home"),
    ("crime", "poverty"),
    ("health", "money"),
    ("climate", "something that would have come anyway"),
    ("jobs", "the state of the economy"),
    ("happiness", "the company we keep"),
    ("young people", "growing up as such"),
    ("teenagers", "growing up as such"),
    ("children", "what they learn at home"),
];
