"""The bot in French."""

from incident.messages.words import Words
from incident.model.incident import Severity, Status, Thing

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
    form_did_not_open="Le formulaire ne s’est pas ouvert à l’instant. Vous pouvez aussi l’écrire :",
    ready=(
        "{channel} est prêt. Vous êtes pour l’instant responsable de l’incident et des opérations; "
        "le premier message du canal dit la suite."
    ),
    update_posted="Votre mise à jour est dans le canal.",
    help_title="Ce que vous pouvez écrire",
    help_declare=(
        "ouvre un incident : un canal, un appel, un rapport. Tout le monde le peut; dans le doute, faites-le."
    ),
    help_declare_form="vous demande d’abord ce qui ne va pas",
    help_in_channel="Dans le canal d’un incident",
    what_went_wrong="ce qui ne va pas",
    form_title="Ouvrir un incident",
    form_submit="Ouvrir",
    form_close="Annuler",
    form_question="Qu’est-ce qui ne va pas?",
    form_hint="Quelques mots suffisent. Vous avez le droit de vous tromper.",
    form_severity="Est-ce grave?",
    form_severity_hint="Si vous le savez; on pourra en juger plus tard",
    form_blank="Merci d’écrire quelques mots sur ce qui ne va pas.",
    question=(
        "Vous êtes dans le canal d’un incident. Est-ce un nouvel incident, ou une mise à jour de celui-ci?"
    ),
    question_declare="Nouvel incident",
    question_update="Mise à jour de celui-ci",
    topic="Resp. {commander} · Opérations {operations_lead} · {status} · {title}",
    purpose="Là où nous réglons cet incident ensemble : {title}",
    briefing_title="🚨 Incident",
    commander="Responsable de l’incident",
    operations_lead="Responsable des opérations",
    severity="Gravité",
    status="État",
    join_call="Rejoindre l’appel",
    open_report="Ouvrir le rapport",
    next_title="{commander}, responsable de l’incident, la suite :",
    next_steps=(
        "Confier les opérations à quelqu’un qui peut s’y consacrer entièrement.",
        "Prévenir l’équipe des communications, pour que les gens l’apprennent de nous.",
        "Faire venir qui peut aider. Tout le monde peut se joindre à nous.",
        "Prendre des notes dans le rapport, ou le demander à quelqu’un.",
    ),
    everyone=(
        "À tout le monde : dites ici ce que vous faites, au moment où vous le faites. "
        "Personne n’est en faute; nous réparons ensemble."
    ),
    declared="Ouvert par {opener} {when}",
    call_bookmark="Appel",
    report_bookmark="Rapport d’incident",
    update="Mise à jour de {person}",
    announcement_title="🚨 Nouvel incident : {title}",
    announcement="{commander} est responsable de l’incident. Rejoignez {channel} si vous pouvez aider.",
    late="{thing} est en retard : {why}. Le robot réessaie de lui-même.",
    failed="{thing} n’a pas abouti : {why}. {by_hand} Une fois la cause réglée, Réessayer fera le reste.",
    retry="Réessayer",
    retry_failed="Après un nouvel essai, cela n’aboutit pas encore : {why}.",
    done_after_all="{thing} est là.",
    meanwhile="Ce qui est déjà là :",
    not_answering="{service} ne répond pas",
    not_known_yet="{service} n’indique pas encore si c’est fait",
    busy="{service} demande de patienter",
    refused="{service} dit « {reason} »",
    things={
        Thing.CHANNEL: "Le canal de l’incident",
        Thing.CALL: "L’appel",
        Thing.REPORT: "Le rapport d’incident",
        Thing.BRIEFING: "Le message épinglé",
        Thing.INVITATIONS: "L’invitation à ce canal",
        Thing.TOPIC: "Le sujet du canal",
        Thing.BOOKMARKS: "La barre de signets",
        Thing.TRACKING: "La ligne du tableau de suivi",
        Thing.ANNOUNCEMENT: "L’annonce à l’équipe de fiabilité",
        Thing.UPDATE: "Une mise à jour",
    },
    by_hand={
        Thing.CHANNEL: "D’ici là, merci de créer un canal à la main et de s’y retrouver.",
        Thing.CALL: "D’ici là, merci de lancer un appel à la main et d’en donner le lien ici.",
        Thing.REPORT: "D’ici là, merci de prendre les notes dans ce canal.",
        Thing.BRIEFING: "D’ici là, merci de chercher les liens dans la barre de signets.",
        Thing.INVITATIONS: "D’ici là, merci d’inviter les gens à la main.",
        Thing.TOPIC: "D’ici là, merci de dire ici qui est responsable de l’incident.",
        Thing.BOOKMARKS: "D’ici là, les liens sont dans le message épinglé.",
        Thing.TRACKING: "D’ici là, merci de noter l’incident à la main dans le tableau.",
        Thing.ANNOUNCEMENT: "D’ici là, merci de prévenir l’équipe de fiabilité à la main.",
        Thing.UPDATE: "D’ici là, merci de l’écrire à la main dans le canal.",
    },
    the_bot="une partie du robot",
    statuses={
        Status.INVESTIGATING: "En cours d’analyse",
        Status.IDENTIFIED: "Cause trouvée",
        Status.MONITORING: "Sous surveillance",
        Status.RESOLVED: "Résolu",
    },
    severities={
        Severity.SEV1: "SEV1, critique",
        Severity.SEV2: "SEV2, majeur",
        Severity.SEV3: "SEV3, mineur",
        Severity.SEV4: "SEV4, léger",
    },
    severity_unknown="Pas encore jugée",
)
