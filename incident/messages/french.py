"""The bot in French."""

from incident.messages.words import Words
from incident.model.incident import Deliverable, Status

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
        "{channel} est prêt. Vous êtes pour l’instant responsable de l’incident et des opérations; "
        "le premier message du canal dit la suite."
    ),
    help_title="Ce que vous pouvez taper",
    help_declare=(
        "ouvre un incident : un canal, un appel, un rapport. Tout le monde le peut; dans le doute, faites-le."
    ),
    help_declare_form="vous demande d’abord ce qui ne va pas",
    help_in_channel="Dans le canal d’un incident",
    write_it="Écrire",
    what_went_wrong="ce qui ne va pas",
    form_close="Annuler",
    question=(
        "Vous êtes dans le canal d’un incident. Est-ce un nouvel incident, ou une mise à jour sur celui-ci?"
    ),
    question_declare="Nouvel incident",
    question_update="Mise à jour sur celui-ci",
    topic="Resp. {commander} · Opérations {operations_lead} · {status} · {title}",
    purpose="Nous réglons cet incident ici : {title}",
    briefing_title="🚨 Incident",
    headline="{kind} : {title}",
    commander="Responsable de l’incident",
    operations_lead="Responsable des opérations",
    severity="Gravité",
    status="État",
    join_call="Rejoindre l’appel",
    open_report="Ouvrir le rapport",
    next_title="{commander}, vous dirigez l’incident. D’abord :",
    next_steps=(
        "Confier les opérations à quelqu’un qui peut s’y consacrer entièrement.",
        "Prévenir l’équipe des communications, pour que les gens l’apprennent de nous.",
        "Faire venir toute personne qui peut aider. Tout le monde peut se joindre à nous.",
        "Prendre des notes dans le rapport, ou le demander à quelqu’un.",
    ),
    everyone=(
        "À tout le monde : dites ici ce que vous faites, au moment où vous le faites. "
        "Personne n’est en faute; nous réparons ensemble."
    ),
    declared="Ouvert par {opener} {when}",
    bookmarks={"call_bookmark": "Appel", "report_bookmark": "Rapport d’incident"},
    last_update="Dernière mise à jour, de {person} {when}",
    announcement_title="🚨 Nouvel incident : {title}",
    announcement="{commander} est responsable de l’incident. Rejoignez {channel} si vous pouvez aider.",
    board_facts="{severity} · {status} · ouvert {when}",
    late="{thing} : en retard, car {why}. Le robot réessaie chaque minute. {by_hand}",
    failed="{thing} : échec, car {why}. {by_hand} Une fois la cause réglée, Réessayer fera le reste.",
    retry="Réessayer",
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
    },
    the_bot="une partie du robot",
    statuses={
        Status.INVESTIGATING: "En cours d’analyse",
        Status.IDENTIFIED: "Cause trouvée",
        Status.MONITORING: "Sous surveillance",
        Status.RESOLVED: "Résolu",
    },
    severity_unknown="Gravité non fixée",
)
