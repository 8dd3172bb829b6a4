/** The shortcodes a bot and its people are likely to use; any other stays as it was typed. */
const EMOJI = {
  rotating_light: "🚨", fire: "🔥", fire_engine: "🚒", warning: "⚠️", boom: "💥", bangbang: "‼️", exclamation: "❗",
  question: "❓", grey_question: "❔", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", x: "❌", heavy_check_mark: "✔️",
  white_check_mark: "✅", ballot_box_with_check: "☑️", red_circle: "🔴", large_orange_circle: "🟠", large_orange_diamond: "🔶",
  large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", large_purple_circle: "🟣", white_circle: "⚪",
  black_circle: "⚫", large_brown_circle: "🟤", hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰",
  clock1: "🕐", clock3: "🕒", clock9: "🕘", calendar: "📅", date: "📅", spiral_calendar_pad: "🗓️", memo: "📝", pencil: "📝",
  pencil2: "✏️", page_facing_up: "📄", page_with_curl: "📃", bookmark_tabs: "📑", clipboard: "📋", notebook: "📓", books: "📚",
  open_book: "📖", book: "📖", file_folder: "📁", open_file_folder: "📂", bar_chart: "📊", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", link: "🔗", paperclip: "📎", pushpin: "📌", round_pushpin: "📍", bookmark: "🔖",
  telephone_receiver: "📞", phone: "☎️", telephone: "☎️", video_camera: "📹", movie_camera: "🎥", camera: "📷", tv: "📺",
  computer: "💻", desktop_computer: "🖥️", headphones: "🎧", microphone: "🎤", loudspeaker: "📢", mega: "📣", bell: "🔔",
  no_bell: "🔕", speech_balloon: "💬", left_speech_bubble: "🗨️", thought_balloon: "💭", email: "✉️", envelope: "✉️",
  incoming_envelope: "📨", mailbox: "📫", lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️", mag: "🔍", mag_right: "🔎",
  wrench: "🔧", hammer: "🔨", hammer_and_wrench: "🛠️", gear: "⚙️", nut_and_bolt: "🔩", toolbox: "🧰", bug: "🐛", construction: "🚧",
  robot_face: "🤖", robot: "🤖", bust_in_silhouette: "👤", busts_in_silhouette: "👥", technologist: "🧑‍💻", firefighter: "🧑‍🚒",
  female_firefighter: "👩‍🚒", male_firefighter: "👨‍🚒", helmet_with_white_cross: "⛑️", sos: "🆘", ambulance: "🚑", hospital: "🏥",
  wave: "👋", pray: "🙏", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", eyes: "👀", raised_hand: "✋", muscle: "💪",
  clap: "👏", point_right: "👉", point_down: "👇", handshake: "🤝", heart: "❤️", green_heart: "💚", tada: "🎉", sparkles: "✨",
  star: "⭐", zap: "⚡", bulb: "💡", rocket: "🚀", compass: "🧭", world_map: "🗺️", globe_with_meridians: "🌐", satellite: "🛰️",
  cloud: "☁️", rainbow: "🌈", sunny: "☀️", checkered_flag: "🏁", triangular_flag_on_post: "🚩", white_flag: "🏳️", dart: "🎯",
  seedling: "🌱", repeat: "🔁", arrows_counterclockwise: "🔄", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️",
  arrow_down: "⬇️", arrow_forward: "▶️", heavy_plus_sign: "➕", new: "🆕", ok: "🆗", information_source: "ℹ️", label: "🏷️",
  package: "📦", card_index: "📇", ticket: "🎫", scroll: "📜", moon: "🌙", crescent_moon: "🌙", coffee: "☕", smile: "😄",
  slightly_smiling_face: "🙂", disappointed: "😞", cry: "😢", thinking_face: "🤔", see_no_evil: "🙈", ok_hand: "👌",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", "100": "💯", hash: "#️⃣",
};

/** The picture of a shortcode (without its colons), or `undefined`. */
export function picture(name) {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
}

/** `text` with the shortcodes it has replaced by pictures. */
export function withPictures(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (written, name) => picture(name) ?? written);
}
