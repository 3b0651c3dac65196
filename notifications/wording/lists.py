"""Words that nobody should read over somebody's shoulder, or be frightened by. A star stands for any ending.

Only the English lists have been checked by somebody who speaks the language. An event that needs one of these words
explains it among its own, and may then write it.
"""

HEALTH = {
    "en": "medicine*, medication*, pill, pills, insulin, inhaler*, allerg*, asthma*, epilep*, seizure*, diabet*, "
    "diagnos*, disease*, illness*, ill, sick, sickness, injur*, wounded, infect*, virus*, covid*, vomit*, fever*, "
    "bleeding, surgery, pregnan*, autis*, down syndrome, heart attack, panic attack*, hospital*, ambulance*, "
    "unconscious",
    "es": "medicina*, medicamento*, pastilla*, insulina, inhalador*, alerg*, alérg*, asma, asmátic*, epilep*, epilép*, "
    "convulsi*, diabet*, diabét*, diagnóstic*, enferm*, lesi*, herid*, infecc*, virus, covid*, vómit*, vomit*, fiebre, "
    "sangra*, cirugía, embaraz*, autis*, síndrome de down, infarto, hospital*, ambulancia*, inconsciente*",
    "fi": "lääkk*, lääkitys, lääkityks*, pilleri*, insulii*, allergi*, astma*, epileps*, kohtauk*, kohtaus, diabet*, "
    "diagnoos*, sairau*, sairaa*, sairas*, vamma*, loukkaantu*, haavoittu*, tulehdu*, tartunt*, virus*, korona*, "
    "oksen*, kuume*, verenvuo*, leikkaus, leikkauk*, raskaa*, autis*, down-syndrooma*, ambulans*, tajuto*",
    "ar": "دواء, أدوية, حبوب, أنسولين, حساسية, ربو, صرع, نوبة, سكري, تشخيص, مرض, أمراض, مريض, مريضة, إصابة, مصاب, "
    "مصابة, عدوى, فيروس, كورونا, حمى, نزيف, جراحة, حامل, توحد, مستشفى, إسعاف, إغماء",
}
ALARMING = {
    "en": "urgent, urgently, urgency, asap, emergency, emergencies, immediately, hurry, hurry up, panic, attention, "
    "warning, alert, last chance",
    "es": "urgente*, urgencia*, emergencia*, inmediatamente, de inmediato, pánico, atención, alerta, corre, corran, "
    "rápido",
    "fi": "kiireelli*, kiire, kiireesti, hätätila*, hätätilan*, välittömästi, heti paikalla, paniikki*, huomio, "
    "varoitus, hälytys",
    "ar": "عاجل, عاجلة, طارئ, طوارئ, فورا, حالا, انتباه, تحذير, إنذار, ذعر",
}
