"""The bot in French."""

from incident.messages.words import Words
from incident.model.incident import Deliverable

FRENCH = Words(
    locale="fr",
    received="C’est noté. Un instant.",
    not_recorded=(
        "Ceci n’a pas été enregistré : le robot n’a pas pu le transmettre à l’instant. "
        "Merci de le renvoyer dans un moment. Vos mots, prêts à copier :"
    ),
    not_recorded_form=(
        "Ceci n’a pas été enregistré : le robot n’a pas pu le transmettre à l’instant. "
        "Merci d’appuyer de nouveau sur le bouton."
    ),
    not_known_if_recorded=("On ne sait pas si ceci a été enregistré : aucune réponse n’est venue à temps."),
    not_known_if_recorded_form=(
        "On ne sait pas si ceci a été enregistré : aucune réponse n’est venue à temps. "
        "Merci d’appuyer de nouveau sur le bouton, sans crainte : cela ne comptera qu’une fois."
    ),
    resend_is_harmless="Renvoyer est sans risque : cela ne comptera qu’une fois.",
    resend_not_possible=(
        "Il n’y a pas cette fois de bouton pour le renvoyer. Merci d’attendre une minute et de ne le "
        "renvoyer que si rien n’en est venu."
    ),
    resend="Renvoyer",
    your_words="Vos mots, prêts à copier :",
    notice_title="Désolé",
    form_did_not_open="Le formulaire ne s’est pas ouvert à l’instant. Vous pouvez aussi l’écrire :",
    ready=(
        "{channel} est prêt. Vous dirigez l’incident, et les opérations pour le moment : "
        "confiez d’abord les opérations à quelqu’un d’autre."
    ),
    help_declare=(
        "ouvre un incident : un canal, un appel, un rapport. Tout le monde le peut; dans le doute, faites-le."
    ),
    help_declare_form="vous demande d’abord ce qui ne va pas",
    help_first="Ensuite, dans le canal de l’incident",
    help_press="Ou appuyez",
    help_buttons="dans le message épinglé : {buttons}",
    help_menus="dans le menu de tout message, aussi dans un fil : {entries}",
    help_more="Et aussi",
    write_it="Écrire",
    what_went_wrong="ce qui ne va pas",
    form_close="Annuler",
    question=(
        "Vous êtes dans le canal d’un incident. Est-ce un nouvel incident, ou une mise à jour sur celui-ci?"
    ),
    question_declare="Nouvel incident",
    question_update="Mise à jour sur celui-ci",
    topic="Resp. {commander} · {title}",
    purpose="Nous réglons cet incident ici · {title}",
    titled="{sign} {level} · {title}",
    essence=(
        "{headline}. {severity}. {status}. Responsable de l’incident : {commander}. "
        "Opérations : {operations}."
    ),
    headline="{kind} : {title}",
    commander="Responsable de l’incident",
    operations_lead="Responsable des opérations",
    communications_lead="Responsable des communications",
    scribe="Prise de notes",
    severity="Gravité",
    status="État",
    next_update="Prochaine mise à jour",
    no_promise="aucune promise",
    nobody="personne encore",
    declared_from="Ouvert à partir de {message}",
    this_message="ce message",
    typed_in_slack="/incident, tapé dans Slack",
    call_coming="L’appel arrive. En attendant, lancez un appel d’équipe ici.",
    report_coming="Le rapport arrive. Les notes tapées d’ici là sont gardées, et y seront.",
    join_call="Rejoindre l’appel",
    open_report="Ouvrir le rapport",
    next_title="{commander}, vous dirigez l’incident. D’abord :",
    step_operations="Confier les opérations à quelqu’un qui peut s’y consacrer entièrement.",
    step_operations_done="Opérations : {person}",
    step_comms="Prévenir les communications, pour que les gens l’apprennent de nous.",
    step_comms_done="Communications prévenues",
    step_help="Faire venir toute personne qui peut aider. Tout le monde est bienvenu.",
    step_help_done="Renforts appelés",
    everyone="À tout le monde : dites ici ce que vous faites, au moment même. Personne n’est en faute.",
    declared="Ouvert par {opener} {when}",
    bookmarks={"call_bookmark": "Appel", "report_bookmark": "Rapport d’incident"},
    last_update="Dernière mise à jour, de {person} {when}",
    undone="Annulé par {person}.",
    to_press="Boutons : {buttons}.",
    role_note="On vous confie {role} de {title} ({channel}).",
    role_note_first="Dans les cinq premières minutes :",
    role_taken_over="Où on en est :",
    which_incident="« {text} » : un nouvel incident, ou pour un incident ouvert?",
    which_placeholder="Choisir l’incident",
    no_open_incident="Aucun incident n’est ouvert.",
    declare_it="Nouvel incident",
    whom="Qui est {name}? Plusieurs personnes, ou aucune, portent ce nom.",
    whom_placeholder="Choisir la personne",
    open_incidents="Incidents ouverts",
    nothing_is_open="Aucun incident n’est ouvert. Tout est calme.",
    listed="{headline} · {channel} · {status} · resp. {commander} · depuis {when}",
    told_follower="{person} dans {channel} :",
    card_story="Ce qui s’est passé en dernier",
    card_decisions="Décidé",
    card_now="À faire maintenant",
    card_late="En retard : {things}.",
    card_all_there=(
        "Rapport, tableau, annonce, message épinglé et sujet concordent : tous à la version {newest}."
    ),
    card_versions="Affiché : {versions}; la plus récente est {newest}.",
    card_welcome="Bienvenue. Voici où on en est; vous seul voyez ceci.",
    card_update_none="Pas encore de mise à jour.",
    join_channel="Rejoindre le canal",
    board_facts="{severity} · {status} · resp. {commander} · depuis {when}",
    late="{thing} : en retard, car {why}. Le robot réessaie chaque minute. {by_hand}",
    failed="{thing} : échec, car {why}. {by_hand} Une fois la cause réglée, Réessayer fera le reste.",
    retry="Réessayer",
    retrying="Nouvel essai en cours.",
    retry_failed="{thing} : nouvel échec, car {why}.",
    meanwhile="Ce qui est déjà là :",
    not_answering="{service} ne répond pas",
    not_known_yet="{service} ne l’a pas encore confirmé, ce qui prend jusqu’à une minute et demie",
    busy="{service} demande de patienter",
    refused="{service} refuse, ce que l’équipe du robot peut régler ({reason})",
    deliverables={
        Deliverable.CHANNEL: "Le canal de l’incident",
        Deliverable.CALL: "L’appel",
        Deliverable.REPORT: "Le rapport d’incident",
        Deliverable.BRIEFING: "Le message épinglé",
        Deliverable.INVITATIONS: "Votre invitation au canal de l’incident",
        Deliverable.ON_CALL: "L’invitation des personnes de garde",
        Deliverable.TOPIC: "Le sujet du canal",
        Deliverable.BOOKMARKS: "La barre de signets",
        Deliverable.TRACKING: "La ligne du tableau de suivi",
        Deliverable.ANNOUNCEMENT: "L’annonce à l’équipe de fiabilité",
        Deliverable.LINE: "L’annonce de votre changement",
        Deliverable.PEOPLE: "L’invitation des personnes nommées",
        Deliverable.CHANNEL_NAME: "Le nouveau nom du canal et du rapport",
    },
    there={
        Deliverable.CHANNEL: "Le canal de l’incident est prêt :",
        Deliverable.CALL: "L’appel est prêt :",
        Deliverable.REPORT: "Le rapport d’incident est prêt :",
        Deliverable.BRIEFING: "Le message de départ est épinglé.",
        Deliverable.INVITATIONS: "Vous êtes maintenant dans le canal :",
        Deliverable.ON_CALL: "Les personnes de garde sont invitées.",
        Deliverable.TOPIC: "Le sujet du canal est fixé.",
        Deliverable.BOOKMARKS: "Les liens sont dans la barre de signets.",
        Deliverable.TRACKING: "La ligne est dans le tableau de suivi.",
        Deliverable.ANNOUNCEMENT: "L’équipe de fiabilité est prévenue.",
        Deliverable.LINE: "Votre changement est annoncé dans le canal.",
        Deliverable.PEOPLE: "Les personnes nommées sont invitées.",
        Deliverable.CHANNEL_NAME: "Le canal et le rapport portent le nouveau nom.",
    },
    by_hand={
        Deliverable.CHANNEL: "En attendant, merci de créer un canal à la main et de vous y retrouver.",
        Deliverable.CALL: "En attendant, merci de lancer un appel d’équipe ici.",
        Deliverable.REPORT: "En attendant, merci de prendre les notes dans ce canal.",
        Deliverable.BRIEFING: "En attendant, ce qui est prêt est ici.",
        Deliverable.INVITATIONS: "En attendant, merci de rejoindre le canal à la main.",
        Deliverable.ON_CALL: "En attendant, merci de les inviter à la main.",
        Deliverable.TOPIC: "En attendant, merci de dire ici qui est responsable de l’incident.",
        Deliverable.BOOKMARKS: "En attendant, les liens sont ici.",
        Deliverable.TRACKING: "Vous n’avez rien à faire.",
        Deliverable.ANNOUNCEMENT: "En attendant, merci de prévenir l’équipe de fiabilité à la main.",
        Deliverable.LINE: "C’est enregistré; en attendant, merci de le dire vous-même dans le canal.",
        Deliverable.PEOPLE: "En attendant, merci de les inviter à la main.",
        Deliverable.CHANNEL_NAME: "En attendant, l’ancien nom reste valable.",
    },
    the_bot="une partie du robot",
    surfaces={
        Deliverable.TOPIC: "sujet",
        Deliverable.BRIEFING: "message épinglé",
        Deliverable.ANNOUNCEMENT: "annonce",
        Deliverable.TRACKING: "tableau",
        Deliverable.REPORT: "rapport",
    },
    severity_unknown="Gravité non fixée",
)
