"""Makes the demo gallery: synthetic pedestrians, their pictures, captions and the manifest.

    python make_demo.py --out . --identities 200 --seed 20260512

The same seed gives the same bytes on the same machine with the pinned packages.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import time

# One thread: sums come out the same every time, and the machine stays usable.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

DAYS = [datetime.date(2026, 5, 12), datetime.date(2026, 5, 13)]
FIELDS = ["path", "person_id", "camera_id", "time", "place", "split", "caption", "clothes_id", "tags"]
THICKNESS = {
    "puffer jacket": 0.065,
    "coat": 0.045,
    "jacket": 0.04,
    "suit jacket": 0.035,
    "hoodie": 0.035,
    "sweater": 0.03,
    "vest": 0.045,
    "safety vest": 0.04,
}
# Shares: people who change clothes, look-alikes, pictures with something in front or somebody behind.
CHANGES, ALIKE, OCCLUDED, BYSTANDERS = 0.3, 0.2, 0.08, 0.13


def plan_people(seed: int, count: int) -> list[dict]:
    """All identities in order; about one in five is a look-alike of an earlier one."""
    from people import look_alike, make_outfit, make_person

    people: list[dict] = []
    for number in range(count):
        rng = np.random.default_rng([seed, 1, number])
        if people and rng.random() < ALIKE:
            person = look_alike(rng, people[int(rng.integers(max(0, number - 40), number))])
        else:
            person = make_person(rng)
        outfits = [person["outfit"]]
        if rng.random() < CHANGES:
            second = make_outfit(rng, person["gender"], person["age"])
            if outfits[0]["hat"] == "headscarf":
                second |= {"hat": "headscarf", "scarf": None}
            outfits.append(second)
        people.append({**person, "outfits": outfits})
    return people


def plan_visits(rng, person: dict, places) -> list[dict]:
    """When and where a person is seen: four pictures on one day, or three on each of two days
    in two outfits. Neighbouring pictures come from different cameras."""
    visits = []
    for outfit in range(len(person["outfits"])):
        day = DAYS[outfit] if len(person["outfits"]) > 1 else DAYS[int(rng.random() < 0.35)]
        seconds = rng.uniform(7.5, 18.2) * 3600
        previous = None
        for _ in range(4 if len(person["outfits"]) == 1 else 3):
            place = places[int(rng.choice([i for i, p in enumerate(places) if p is not previous]))]
            moment = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(seconds=round(seconds))
            visits.append({"place": place, "time": moment, "outfit": outfit})
            previous = place
            seconds += rng.uniform(60, 1100)
    return visits


def occluder_near(rng, spot, place):
    """Something between the camera and the person: a post, a railing or the bars of a bicycle stand."""
    from scene import Solid
    from solids import box, tube
    from surfaces import linear

    towards = np.array(place.camera[:2]) - spot
    towards /= np.linalg.norm(towards)
    middle = spot + towards * rng.uniform(0.8, 1.4)
    aside = np.array([-towards[1], towards[0]])
    grey = linear(np.array([0.45, 0.46, 0.48]) * rng.uniform(0.5, 1.3))
    kind = rng.integers(3)
    if kind == 0:
        x, y = middle + aside * rng.uniform(-0.32, 0.32)
        half = rng.uniform(0.04, 0.10)
        return [Solid(*box((x - half, y - half, 0), (x + half, y + half, 3.2)), grey)]
    solids = []
    if kind == 1:
        for height in (0.45, 0.95):
            ends = [middle - aside * 1.5, middle + aside * 1.5]
            solids.append(Solid(*tube([(*ends[0], height), (*ends[1], height)], [0.025, 0.025]), grey))
        for step in np.arange(-1.4, 1.41, 0.7):
            x, y = middle + aside * step
            solids.append(Solid(*tube([(x, y, 0), (x, y, 0.95)], [0.022, 0.022]), grey))
        return solids
    for step in np.arange(-0.9, 0.91, 0.45):
        x, y = middle + aside * (step + rng.normal(0, 0.03))
        bend = [(x, y - 0.0, 0), (x, y, 0.6), (x + 0.05, y + 0.12, 0.78), (x, y + 0.35, 0.78), (x, y + 0.45, 0.0)]
        solids.append(Solid(*tube(bend, [0.024] * 5), grey))
    return solids


def embody(studio, person: dict, outfit: dict, rng, yaw: float, spot):
    """Layers of a dressed person in a pose of a walk, at spot, and whether they walk."""
    from bags import carry
    from body import rotation, walking

    body, wardrobe, headwear = studio
    look = {**person, **outfit}
    points, heads = body.rest(person["phenotype"])
    hold = person["bag_side"] if person["bag"] in ("handbag", "shopping bag", "suitcase") else ""
    if not hold and rng.random() < 0.16:
        hold = str(rng.choice(["phone", "pockets"]))
    moving = rng.random() > 0.14
    stride = rng.uniform(0.65, 1.0) if moving else rng.uniform(0.0, 0.12)
    posed = body.pose(points, heads, walking(rng.uniform(0, 2 * np.pi), stride, 1.0, rng, hold))
    layers = wardrobe.dress(posed, outfit, rng)
    layers += headwear.build(posed, points, look, rng)
    layers += carry(body, posed, points, look, THICKNESS.get(outfit["upper"]["kind"], 0.02), hold == "phone")
    turn = rotation("z", yaw)
    for layer in layers:
        layer.points = layer.points @ turn.T + np.array([*spot, 0.0])
    return layers, look, moving


def take(studio, person: dict, visit: dict, rng):
    """One picture of one visit: the shot, its tags and its caption."""
    from camera import photograph
    from captions import caption, facing, visible_attributes
    from people import make_person
    from scene import light_for

    place, outfit = visit["place"], person["outfits"][visit["outfit"]]
    yaw = float(rng.choice(place.yaws)) + rng.normal(0, 14)
    spot = np.array([rng.uniform(*place.zone[0]), rng.uniform(*place.zone[1])])
    layers, look, moving = embody(studio, person, outfit, rng, yaw, spot)
    moment = visit["time"]
    light = light_for(place, moment.hour + moment.minute / 60, moment.date() == DAYS[1])
    bystander = ((), None)
    if rng.random() < BYSTANDERS:
        # Somebody who is nobody in the gallery, behind and to one side.
        stranger = make_person(rng)
        behind = spot + np.array([rng.choice([-1, 1]) * rng.uniform(0.5, 1.0), rng.uniform(1.0, 2.2)])
        bystander = embody(studio, stranger, stranger["outfit"], rng, float(rng.choice(place.yaws)), behind)[:2]
    occluders = occluder_near(rng, spot, place) if rng.random() < OCCLUDED else []
    shot = photograph(layers, look, place, light, spot, rng, occluders, bystander)
    if shot.seen["shown"] < 0.6 * shot.seen["whole"]:
        shot = photograph(layers, look, place, light, spot, rng)
    tags = visible_attributes(look, outfit, shot.seen, facing(yaw, spot, place.camera))
    return shot, tags, caption(tags, place.name, moving, rng)


def make(out: str, count: int, seed: int) -> None:
    """Write pictures/*.jpg and manifest.csv under out."""
    from body import BodyModel
    from captions import tag_text
    from clothes import Wardrobe
    from headwear import Headwear
    from scene import places

    body = BodyModel()
    studio = (body, Wardrobe(body), Headwear(body))
    cameras = places()
    folder = os.path.join(out, "pictures")
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        if old.endswith(".jpg"):
            os.remove(os.path.join(folder, old))
    rows, total, started = [], 0, time.time()
    for number, person in enumerate(plan_people(seed, count), start=1):
        rng = np.random.default_rng([seed, 2, number])
        visits = plan_visits(rng, person, cameras)
        query = int(rng.integers(len(visits)))
        for index, visit in enumerate(visits):
            shot, tags, sentence = take(studio, person, visit, np.random.default_rng([seed, 3, number, index]))
            name = f"d{number:04d}_c{visit['place'].camera_id}_{index + 1:02d}.jpg"
            with open(os.path.join(folder, name), "wb") as file:
                file.write(shot.jpeg)
            total += len(shot.jpeg)
            rows.append(
                [
                    f"pictures/{name}",
                    f"{number:04d}",
                    visit["place"].camera_id,
                    visit["time"].isoformat(),
                    visit["place"].name,
                    "query" if index == query else "gallery",
                    sentence,
                    visit["outfit"] + 1,
                    tag_text(tags),
                ]
            )
        if number % 20 == 0:
            print(
                f"{number} people, {len(rows)} pictures, {total / 1e6:.1f} MB, {time.time() - started:.0f} s",
                flush=True,
            )
    with open(os.path.join(out, "manifest.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(rows)
    print(f"{len(rows)} pictures of {count} people, {total / 1e6:.2f} MB, {time.time() - started:.0f} s")


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=here, help="folder for pictures/ and manifest.csv")
    parser.add_argument("--identities", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20260512)
    options = parser.parse_args()
    make(options.out, options.identities, options.seed)


if __name__ == "__main__":
    main()
